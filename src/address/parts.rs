//! [`Parts`]: the parsed path after an endpoint.

use super::error::UrlError;
use super::target::Below;
use super::unread::behind_prefix;
use crate::dialect::{Front, Token};
use crate::path::AssetPath;
use crate::percent;

/// A parsed raw path after an endpoint.
pub(super) struct Parts<'a> {
    /// The `tr:` segments, joined by `:`.
    pub(super) native: String,
    /// All other segments, without our own markers.
    pub(super) segments: Vec<Token<'a>>,
    /// The segments that may belong to the dialect.
    pub(super) front: Front,
    /// Whether `ik-seo` was the first segment.
    renamed: bool,
    /// Whether `ik-thumbnail.jpg` was the last segment.
    pub(super) thumbnail: bool,
    /// Segments that look like a transformation but are part of the path.
    pub(super) misplaced: Vec<Token<'a>>,
}

impl Parts<'_> {
    /// Returns the asset's path. If there is a native transformation, segments that the dialect would read as steps are
    /// folders.
    pub(super) fn asset(&self, native: bool) -> Result<AssetPath, UrlError> {
        let front = if native { self.front.without_steps() } else { self.front };
        let segments: Vec<_> = front.asset(&self.segments).map(|segment| segment.text).collect();
        let path = if self.renamed { renamed(&segments)? } else { segments.join("/") };
        Ok(AssetPath::from_encoded(&path)?)
    }
}

/// Parses the path after an endpoint. It starts at byte `start` of the whole path.
pub(super) fn take_apart<'a>(below: &Below<'a>, start: usize) -> Result<Parts<'a>, UrlError> {
    let mut native: Vec<&str> = Vec::new();
    let mut segments: Vec<Token<'a>> = Vec::new();
    let mut rest = below.rest.trim_start_matches('/');
    let front = |segments: &[Token<'a>], direct: bool, asset: usize| {
        below.dialect.map_or_else(Front::default, |dialect| dialect.front(segments, direct, asset))
    };
    // `direct`: the segments so far follow the endpoint directly. `whole`: a URL could still be the whole asset path.
    let (mut direct, mut whole) = (true, true);
    let mut suffixed = false;
    let mut misplaced = Vec::new();
    let end = start + end_of_path(below.rest);
    let is_name = |segment: &Token<'_>| !segment.text.is_empty() && segment.text != SEO;
    loop {
        let at = start + below.rest.len() - rest.len();
        // Nothing inside a URL in the path is for this crate.
        if below.proxy && whole && is_url(rest) {
            if front(&segments, direct, 0).covers(segments.len()) {
                segments.extend(Token { text: rest, start: at }.split('/'));
                break;
            }
            whole = false;
        }
        let (segment, mut behind) = match rest.split_once('/') {
            Some((segment, behind)) => (segment, Some(behind)),
            None => (rest, None),
        };
        match behind_prefix(segment) {
            // After the suffix or the whole path, `tr:` is not a transformation, and then the suffix is not a marker.
            Some(text) if !suffixed && (at < end || !segments.iter().any(is_name)) => {
                direct &= !segments.is_empty();
                native.push(text);
                // Slashes after it are merged, like those after the endpoint.
                behind = behind.map(|behind| behind.trim_start_matches('/'));
            }
            looks => {
                suffixed |= segment == THUMBNAIL;
                let token = Token { text: segment, start: at };
                misplaced.extend(looks.map(|_| token));
                segments.push(token);
            }
        }
        match behind {
            Some(behind) => rest = behind,
            None => break,
        }
    }
    native.retain(|text| !text.is_empty());
    let last = segments.last().map_or("", |segment| segment.text);
    let first = segments.first().map_or("", |segment| segment.text);
    if VIDEO.contains(&last) {
        return Err(UrlError::Unsupported("video delivery"));
    }
    if first.starts_with(GENERATED) {
        return Err(UrlError::Unsupported("image generation"));
    }
    let thumbnail = last == THUMBNAIL && segments.len() > 1;
    if thumbnail {
        segments.pop();
    }
    let renamed = first == SEO;
    if renamed {
        segments.remove(0);
    }
    // A renamed file needs both names.
    let front = front(&segments, direct, if renamed { 2 } else { 1 });
    Ok(Parts { native: native.join(":"), segments, front, renamed, thumbnail, misplaced })
}

/// Returns the length of a path up to the end of its last segment that is neither empty nor a transformation:
/// `a.jpg/tr:w-200` is not valid ImageKit syntax (chosen).
fn end_of_path(path: &str) -> usize {
    let mut end = path.len();
    for segment in path.rsplit('/') {
        if !segment.is_empty() && behind_prefix(segment).is_none() {
            break;
        }
        end = end.saturating_sub(segment.len() + 1);
    }
    end
}

/// Returns `true` if the path is a URL, percent-decoded once. One slash after the colon is sufficient, because proxies
/// in front may merge two slashes.
pub(crate) fn is_url(path: &str) -> bool {
    // Seven characters decide, and each has at most three bytes.
    let front = path.as_bytes();
    let decoded = percent::decode(front.get(..21).unwrap_or(front));
    [b"http:/".as_slice(), b"https:/"]
        .iter()
        .any(|front| decoded.get(..front.len()).is_some_and(|start| start.eq_ignore_ascii_case(front)))
}

/// Reads `<stem>/<name>.<extension>` as `<stem>.<extension>` (documented: SEO-friendly image URLs).
fn renamed(segments: &[&str]) -> Result<String, UrlError> {
    let (name, stem) = segments.split_last().ok_or(UrlError::Seo)?;
    let (_, extension) = name.rsplit_once('.').ok_or(UrlError::Seo)?;
    if extension.is_empty() || stem.last().is_none_or(|file| file.is_empty()) {
        return Err(UrlError::Seo);
    }
    // Checked before the extension turns `..` into a file name.
    let stem = AssetPath::from_encoded(&stem.join("/"))?;
    Ok(format!("{stem}.{extension}"))
}

/// The suffix that requests a still image.
const THUMBNAIL: &str = "ik-thumbnail.jpg";
/// The segment after the endpoint that marks a name for search engines.
pub(super) const SEO: &str = "ik-seo";
/// Suffixes of video features.
const VIDEO: [&str; 4] = ["ik-video.mp4", "ik-gif-video.mp4", "ik-master.m3u8", "ik-master.mpd"];
/// The prefix of a first segment that requests an image generated from a text.
const GENERATED: &str = "ik-genimg-";

#[cfg(test)]
mod tests {
    use super::*;

    fn apart(rest: &str, proxy: bool) -> Result<(String, String, bool), UrlError> {
        let below = Below { base: "https://e", authority: "e", proxy, dialect: None, rest };
        let parts = take_apart(&below, 0)?;
        let path = parts.asset(false)?;
        Ok((parts.native, path.as_str().to_owned(), parts.thumbnail))
    }

    #[test]
    fn paths_are_taken_apart() {
        let cases = [
            ("/a.jpg", false, "", "a.jpg", false),
            ("//a//b.jpg", false, "", "a//b.jpg", false),
            ("/tr:w-1/a/TR:w-2/b.jpg", false, "w-1", "a/TR:w-2/b.jpg", false),
            ("/a/tr:w-1/b/tr%3aw-2/c.jpg", false, "w-1:w-2", "a/b/c.jpg", false),
            ("/tr:/a.jpg", false, "", "a.jpg", false),
            ("/tr:f-auto,w-740//a//x.webp", false, "f-auto,w-740", "a//x.webp", false),
            ("/a/tr:w-1//tr:h-1//b.jpg", false, "w-1:h-1", "a/b.jpg", false),
            ("/a.jpg/tr:w-200", false, "", "a.jpg/tr:w-200", false),
            ("/tr:h-1/a.jpg/tr:w-200/tr:w-1/", false, "h-1", "a.jpg/tr:w-200/tr:w-1/", false),
            ("/tr:w-1/tr:/tr:h-1/a.jpg", false, "w-1:h-1", "a.jpg", false),
            ("/ik-seo/a/b/c.jpg", false, "", "a/b.jpg", false),
            ("/ik-seo/tr:w-1/a/c.jpg", false, "w-1", "a.jpg", false),
            ("/a/ik-seo/b/c.jpg", false, "", "a/ik-seo/b/c.jpg", false),
            ("/a.psd/ik-thumbnail.jpg", false, "", "a.psd", true),
            ("/ik-thumbnail.jpg", false, "", "ik-thumbnail.jpg", false),
            ("/a.psd/ik-thumbnail.jpg/tr:w-1", false, "", "a.psd/ik-thumbnail.jpg/tr:w-1", false),
            ("/a.psd/ik-thumbnail.jpg/tr:w-1/tr:h-1", false, "", "a.psd/ik-thumbnail.jpg/tr:w-1/tr:h-1", false),
            ("/tr:w-1/https://e.com/tr:w-2/a.jpg", true, "w-1", "https://e.com/tr:w-2/a.jpg", false),
            ("/tr:w-1/https://e.com/tr:w-2/a.jpg", false, "w-1:w-2", "https://e.com/a.jpg", false),
            ("/x/https://e.com/tr:w-2/a.jpg", true, "w-2", "x/https://e.com/a.jpg", false),
        ];
        for (rest, proxy, text, path, thumbnail) in cases {
            assert_eq!(apart(rest, proxy).unwrap(), (text.to_owned(), path.to_owned(), thumbnail), "{rest}");
        }
        for rest in ["/ik-seo/only.jpg", "/ik-seo", "/ik-seo/a/noextension", "/ik-seo/a/b.", "/ik-seo//b.jpg"] {
            assert_eq!(apart(rest, false), Err(UrlError::Seo), "{rest}");
        }
        for rest in ["/a.mp4/ik-video.mp4", "/a.mp4/ik-master.m3u8", "/ik-genimg-prompt-a%20cat/x/y.jpg"] {
            assert!(matches!(apart(rest, false), Err(UrlError::Unsupported(_))), "{rest}");
        }
        for rest in
            ["", "/", "/tr:w-1", "/tr:w-1/", "/a/../b", "/a/%2E%2e/b", "/a b.jpg", "/ä.jpg", "/ik-seo/a/../b.jpg"]
        {
            assert!(matches!(apart(rest, false), Err(UrlError::Path(_))), "{rest}");
        }
    }
}
