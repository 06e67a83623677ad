//! The `l_` token: an image or a text over another image.

use crate::dialect::value;
use crate::percent;
use crate::syntax;
use crate::transform::Reason;

/// The content of an overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Image,
    Text,
}

/// The start of a native layer.
#[derive(Debug)]
pub(super) struct Overlay {
    pub(super) kind: Kind,
    /// Its first tokens, percent-decoded.
    pub(super) natives: Vec<String>,
    /// The part of the token that is lost.
    pub(super) lost: Option<&'static str>,
}

/// Reads a token as it was written: its text is percent-encoded separately, since it may contain separators.
pub(super) fn read(token: &str) -> Result<Overlay, Reason> {
    let value = token.strip_prefix("l_").unwrap_or(token);
    let (kind, rest) = value.split_once(':').unwrap_or((value, ""));
    match kind {
        "text" => text(rest),
        // Kinds of Cloudinary's assets that are not folders.
        "fetch" | "video" | "lut" | "subtitles" => {
            Err(Reason::BadValue("the path of an image, or `text:` a style and a text"))
        }
        _ => image(value),
    }
}

/// Reads `folder:logo.png`: a path, with `:` for slashes.
fn image(value: &str) -> Result<Overlay, Reason> {
    let path = percent::decode_text(value).replace(':', "/");
    let path = path.trim_matches('/');
    if path.is_empty() {
        return Err(Reason::NoInput);
    }
    let natives = vec!["l-image".to_owned(), syntax::path_parameter(path)];
    Ok(Overlay { kind: Kind::Image, natives, lost: None })
}

/// Reads `Roboto_50_bold_left:Hello`: font, size and qualifiers, then the text.
fn text(value: &str) -> Result<Overlay, Reason> {
    const EXPECTED: Reason = Reason::BadValue("`text:` a font, `_` and its size, `:` and the text");
    let (style, text) = value.split_once(':').ok_or(EXPECTED)?;
    // Cloudinary decodes twice, and its users write `%252C` for a comma.
    let text = percent::decode_text(&percent::decode_text(text)).into_owned();
    if text.is_empty() {
        return Err(Reason::NoInput);
    }
    let style = percent::decode_text(style);
    let mut words = style.split('_');
    let font = words.next().filter(|font| !font.is_empty() && !font.contains([',', ':'])).ok_or(EXPECTED)?;
    let size = value::number(words.next().unwrap_or_default()).map_err(|_| EXPECTED)?;

    let (mut bold, mut italic, mut align, mut lost) = (false, false, None, None);
    for word in words {
        match word {
            "bold" => bold = true,
            "italic" => italic = true,
            "left" | "start" => align = Some("left"),
            "right" | "end" => align = Some("right"),
            "center" => align = Some("center"),
            _ => lost = Some("styles other than `bold`, `italic` and an alignment"),
        }
    }
    let mut natives = vec!["l-text".to_owned(), syntax::text_parameter(&text)];
    natives.push(format!("ff-{font}"));
    natives.push(format!("fs-{size}"));
    let typography = match (bold, italic) {
        (true, true) => Some("tg-b_i"),
        (true, false) => Some("tg-b"),
        (false, true) => Some("tg-i"),
        (false, false) => None,
    };
    natives.extend(typography.map(str::to_owned));
    natives.extend(align.map(|side| format!("ia-{side}")));
    Ok(Overlay { kind: Kind::Text, natives, lost })
}
