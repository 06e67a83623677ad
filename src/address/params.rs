//! [`Params`]: the query of an image URL, split into our parameters and the origin's.

use super::unread::{Unread, behind_prefix};
use crate::dialect::{Claim, Dialect, Foreign, Token};
use crate::percent;

/// A parsed query. Names are compared after one percent-decoding, and the first value of a name applies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Params {
    /// The first value of `tr` that is not empty, still percent-encoded.
    pub(crate) transformation: Option<String>,
    /// `ik-s`.
    pub(crate) signature: Option<String>,
    /// `ik-t`.
    pub(crate) expires: Option<String>,
    /// `ik-attachment=true`.
    pub(crate) attachment: bool,
    /// `ik-attachment-filename`.
    pub(crate) attachment_filename: Option<String>,
    /// `ik-sanitizeSvg`: `true` or `false`; any other value counts as missing.
    pub(crate) sanitize_svg: Option<bool>,
    /// `ik-obj-version`: has no effect on web origins, but makes another image for caches.
    pub(crate) version: Option<String>,
    /// All other parameters, as written. Names that start with `ik-` are reserved and go to no origin.
    pub(crate) rest: Option<String>,
}

impl Params {
    /// The names of the parameters that are not for the origin.
    pub(super) const NAMES: &'static [&'static str] =
        &["tr", "ik-s", "ik-t", "ik-attachment", "ik-attachment-filename", "ik-sanitizeSvg", "ik-obj-version"];

    /// Reads a query. Parameters of another dialect go to `foreign`, and not to the origin. Transformations, and
    /// parameters that look like one, are listed in `unread`.
    pub(super) fn read<'a>(
        query: Token<'a>,
        dialect: Option<Dialect>,
        foreign: &mut Foreign<'a>,
        unread: &mut Unread<'a>,
    ) -> Self {
        let mut params = Self::default();
        let (mut attachment, mut sanitize) = (None, None);
        let mut rest = Vec::new();
        for token in query.split('&') {
            let parameter = token.text;
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let name = decoded(name);
            let slot = match name.as_str() {
                "tr" => {
                    // ImageKit's dashboard shows stored transformations with the prefix, and they are copied with it.
                    let text = behind_prefix(value).unwrap_or(value);
                    if !text.is_empty() {
                        params.transformation.get_or_insert_with(|| text.to_owned());
                        let start = token.start + parameter.len() - text.len();
                        unread.values.push(Token { text, start });
                    }
                    continue;
                }
                "ik-s" => &mut params.signature,
                "ik-t" => &mut params.expires,
                "ik-attachment" => &mut attachment,
                "ik-attachment-filename" => &mut params.attachment_filename,
                "ik-sanitizeSvg" => &mut sanitize,
                "ik-obj-version" => &mut params.version,
                name if name.starts_with("ik-") => continue,
                name => {
                    let claim = dialect.map_or(Claim::None, |dialect| dialect.claim(name));
                    foreign.add(token, claim);
                    if claim != Claim::Taken {
                        rest.push(parameter);
                        let hides = value.contains("?tr=") || value.contains("?tr:");
                        unread.misplaced.extend((hides || behind_prefix(parameter).is_some()).then_some(token));
                    }
                    continue;
                }
            };
            slot.get_or_insert_with(|| decoded(value));
        }
        params.attachment = attachment.as_deref() == Some("true");
        params.sanitize_svg = sanitize.and_then(|value| value.parse().ok());
        params.attachment_filename = params.attachment_filename.filter(|name| !name.is_empty());
        // Byte for byte, including empty parameters between two `&`: only our own parameters are removed.
        params.rest = Some(rest.join("&")).filter(|rest| !rest.is_empty());
        params
    }
}

/// Decodes a text once; `+` stays `+` (chosen: SDKs write spaces as `%20`). Invalid UTF-8 is replaced.
fn decoded(text: &str) -> String {
    percent::decode_text(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Params {
        Params::read(Token { text: query, start: 0 }, None, &mut Foreign::default(), &mut Unread::default())
    }

    #[test]
    fn every_name_is_listed() {
        let all: Vec<_> = Params::NAMES.iter().map(|name| format!("{name}=true")).collect();
        // A parameter that is added is missing here, and then in the list.
        let Params { transformation, signature, expires, attachment, attachment_filename, sanitize_svg, version, rest } =
            read(&all.join("&"));
        let texts = [transformation, signature, expires, attachment_filename, version];
        assert!(texts.iter().all(|text| text.as_deref() == Some("true")), "{texts:?}");
        assert_eq!((attachment, sanitize_svg, rest), (true, Some(true), None));
        assert_eq!(Params::NAMES.len(), texts.len() + 2);
    }

    #[test]
    fn queries_are_taken_apart() {
        let params = read("v=1&tr=&t%72=w-100&tr=w-5&x=a%20b&y&ik-sdk-version=2&ik-new=3&&tr:w-1&Tr=w-7&ik-t=5");
        assert_eq!(params.transformation.as_deref(), Some("w-100"));
        assert_eq!(params.rest.as_deref(), Some("v=1&x=a%20b&y&&tr:w-1&Tr=w-7"));
        assert_eq!(params.expires.as_deref(), Some("5"));
        let params = read("ik-attachment=true&ik-attachment-filename=my%20photo+1&ik-attachment=false");
        assert!(params.attachment);
        assert_eq!(params.attachment_filename.as_deref(), Some("my photo+1"));
        assert_eq!(read("ik-attachment-filename=").attachment_filename, None);
        for (query, want) in [("true", Some(true)), ("false", Some(false)), ("1", None), ("", None)] {
            assert_eq!(read(&format!("ik-sanitizeSvg={query}")).sanitize_svg, want);
        }
        for (query, text) in [("tr=tr:w-1", "w-1"), ("tr=tr%3aw-1", "w-1"), ("tr=trim", "trim"), ("tr=w-1=2", "w-1=2")]
        {
            assert_eq!(read(query).transformation.as_deref(), Some(text), "{query}");
        }
        assert_eq!(read(""), Params::default());
        for (query, rest) in [
            ("&tr=w-1", None),
            ("a&&b", Some("a&&b")),
            ("a&tr=w-1&&b&", Some("a&&b&")),
            ("&", Some("&")),
            ("=", Some("=")),
        ] {
            assert_eq!(read(query).rest.as_deref(), rest, "{query}");
        }
    }
}
