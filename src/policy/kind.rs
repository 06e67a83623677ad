//! The kind of file that an origin sent, detected from its path, its `Content-Type` and its bytes.
//!
//! ImageKit documents that files that are not images are delivered unchanged. Chosen: only if the path or the type says
//! that it is such a file, because a login page or a challenge with status 200 at the URL of an image is a failure of
//! the origin, and must not be kept for a year.
//!
//! | Bytes | Path and type | Kind |
//! |---|---|---|
//! | of an image | any | image |
//! | of a video, or of a type `video/*` | any | video |
//! | HTML, by type or by its first tag | the path ends in `.html` or the like | other file |
//! | | any other | no image |
//! | JSON, by type | the path has an extension, and not that of an image | other file |
//! | | any other | no image |
//! | any other | the path has the extension of such a file, or the type is of such a file | other file |
//! | | the type is missing, `image/*` or `application/octet-stream` | no image |

use http::{HeaderMap, HeaderValue, header};

use crate::format::Format;
use crate::path::AssetPath;

/// The kind of a file, which decides how it is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// An image, which this build may be able to decode or not.
    Image(Format),
    Video,
    /// Delivered unchanged, unless a transformation is requested.
    Other,
    /// A page or another file in place of an image.
    NoImage,
}

/// A media type without its parameters, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct MediaType(Option<String>);

impl MediaType {
    /// Reads the media type of a response.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let value = headers.get(header::CONTENT_TYPE).and_then(|value: &HeaderValue| value.to_str().ok());
        Self::read(value.unwrap_or_default())
    }

    /// Reads the value of a `Content-Type` field.
    pub(crate) fn read(text: &str) -> Self {
        let essence = text.split([';', ',']).next().unwrap_or_default().trim().to_ascii_lowercase();
        Self(Some(essence).filter(|essence| essence.contains('/')))
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// Returns `true` for `video/*`.
    pub(crate) fn is_video(&self) -> bool {
        self.as_str().is_some_and(|essence| essence.starts_with("video/"))
    }

    fn is_html(&self) -> bool {
        matches!(self.as_str(), Some("text/html" | "application/xhtml+xml"))
    }

    fn is_json(&self) -> bool {
        let json = |essence: &str| essence.ends_with("/json") || essence.ends_with("+json");
        self.as_str().is_some_and(json)
    }

    /// Returns `true` for a type of files that are not images.
    fn is_of_file(&self, image_path: bool) -> bool {
        match self.as_str() {
            None | Some("application/octet-stream" | "binary/octet-stream" | "application/unknown") => false,
            // Servers send it for unknown types.
            Some("text/plain") => !image_path,
            Some(essence) => !essence.starts_with("image/") && !self.is_html() && !self.is_json(),
        }
    }
}

/// Detects the kind of a file from its path, media type and bytes.
pub(crate) fn file_kind(path: &AssetPath, media: &MediaType, bytes: &[u8]) -> FileKind {
    match Format::sniff(bytes) {
        Some(format) if format.is_image() => FileKind::Image(format),
        None if media.is_video() || Format::is_video(bytes) => FileKind::Video,
        _ if starts_as_html(bytes) && !is_page(extension(path).as_deref()) => FileKind::NoImage,
        Some(Format::Pdf) if extension(path).as_deref() == Some("pdf") => FileKind::Other,
        _ if says_file(path, media) => FileKind::Other,
        _ => FileKind::NoImage,
    }
}

/// Returns `true` if path and type say that a file is not an image, before its bytes are read.
pub(crate) fn says_file(path: &AssetPath, media: &MediaType) -> bool {
    let extension = extension(path);
    let extension = extension.as_deref();
    let image_path = extension.is_some_and(is_image_extension);
    if media.is_html() {
        is_page(extension)
    } else if media.is_json() {
        extension.is_some() && !image_path
    } else {
        extension.is_some_and(|extension| OTHERS.contains(&extension)) || media.is_of_file(image_path)
    }
}

fn is_page(extension: Option<&str>) -> bool {
    matches!(extension, Some("html" | "htm" | "xhtml" | "xht" | "shtml" | "php" | "asp" | "aspx" | "jsp"))
}

fn is_image_extension(extension: &str) -> bool {
    Format::of_extension(extension).is_some_and(Format::is_image)
        || matches!(extension, "jxl" | "jp2" | "j2k" | "jpx" | "tga" | "raw" | "dng" | "eps" | "ai")
}

/// Returns the extension in lower case, if the path ends in one. A query that is part of the path is ignored.
fn extension(path: &AssetPath) -> Option<String> {
    let name = path.file_name();
    let name = name.split('?').next().unwrap_or_default();
    let (_, extension) = name.rsplit_once('.')?;
    let fits = (1..=12).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then(|| extension.to_ascii_lowercase())
}

/// Returns `true` for a page: its first tag, after white space and comments, is one that only HTML has.
fn starts_as_html(bytes: &[u8]) -> bool {
    const LOOK_AT: usize = 4096;
    let head = bytes.get(..LOOK_AT).unwrap_or(bytes);
    let text = String::from_utf8_lossy(head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head));
    let mut rest = text.trim_start();
    while let Some((_, behind)) = rest.strip_prefix("<!--").and_then(|comment| comment.split_once("-->")) {
        rest = behind.trim_start();
    }
    let tags = ["<!doctype html", "<html", "<head", "<body", "<script", "<title", "<iframe", "<h1", "<div", "<table"];
    tags.iter().any(|tag| rest.get(..tag.len()).is_some_and(|front| front.eq_ignore_ascii_case(tag)))
}

/// Extensions of files that are not images.
const OTHERS: [&str; 60] = [
    "css",
    "js",
    "mjs",
    "json",
    "map",
    "webmanifest",
    "txt",
    "md",
    "csv",
    "tsv",
    "xml",
    "rss",
    "html",
    "htm",
    "xhtml",
    "mp4",
    "m4v",
    "webm",
    "mov",
    "ogv",
    "avi",
    "mkv",
    "mpg",
    "mpeg",
    "m3u8",
    "mpd",
    "ts",
    "vtt",
    "srt",
    "mp3",
    "m4a",
    "ogg",
    "oga",
    "opus",
    "wav",
    "aac",
    "flac",
    "mid",
    "midi",
    "woff",
    "woff2",
    "ttf",
    "otf",
    "eot",
    "zip",
    "gz",
    "tgz",
    "tar",
    "rar",
    "7z",
    "bz2",
    "pdf",
    "doc",
    "docx",
    "xls",
    "xlsx",
    "ppt",
    "pptx",
    "wasm",
    "ics",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_type_and_bytes_tell_the_kind() {
        const HTML: &[u8] = b"\n<!-- a --><!DOCTYPE HTML><title>Sign in</title>";
        const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0";
        for (path, media, bytes, want) in [
            ("a.jpg", "text/html", JPEG, FileKind::Image(Format::Jpeg)),
            ("a.css", "", JPEG, FileKind::Image(Format::Jpeg)),
            ("a.jpg", "text/html; charset=utf-8", HTML, FileKind::NoImage),
            ("a.jpg", "image/jpeg", HTML, FileKind::NoImage),
            ("a", "text/html", HTML, FileKind::NoImage),
            ("a", "", HTML, FileKind::NoImage),
            ("a.pdf", "text/html", HTML, FileKind::NoImage),
            ("a.woff2", "application/octet-stream", HTML, FileKind::NoImage),
            ("a.html", "text/html", HTML, FileKind::Other),
            ("A.HTM", "", HTML, FileKind::Other),
            ("a.jpg", "application/json", b"{}", FileKind::NoImage),
            ("a", "application/problem+json", b"{}", FileKind::NoImage),
            ("a.json", "application/json", b"{}", FileKind::Other),
            ("a.webmanifest", "application/manifest+json", b"{}", FileKind::Other),
            ("a.css", "", b"a{}", FileKind::Other),
            ("a", "text/css", b"a{}", FileKind::Other),
            ("a", "text/plain", b"words", FileKind::Other),
            ("a.jpg", "text/plain", b"words", FileKind::NoImage),
            ("a.jpg", "application/octet-stream", b"words", FileKind::NoImage),
            ("a", "application/octet-stream", b"words", FileKind::NoImage),
            ("a", "image/png", b"words", FileKind::NoImage),
            ("a.jpg", "", b"words", FileKind::NoImage),
            ("a.pdf", "", b"%PDF-1.7", FileKind::Other),
            ("a", "application/pdf", b"%PDF-1.7", FileKind::Other),
            ("a.jpg", "image/jpeg", b"%PDF-1.7", FileKind::NoImage),
            ("a.mp4", "", b"\0\0\0\x20ftypisom", FileKind::Video),
            ("a", "video/mp4", b"words", FileKind::Video),
            ("a.gif", "video/mp4", b"GIF89a", FileKind::Image(Format::Gif)),
        ] {
            let path_ = AssetPath::from_text(path).unwrap();
            assert_eq!(file_kind(&path_, &MediaType::read(media), bytes), want, "{path} {media}");
        }
    }
}
