//! The allowed targets of `href`: a part of the same file, or an embedded raster image.

use crate::base64;
use crate::format::Format;
use crate::percent;

/// Returns `#id` in the form in which it is compared.
pub(super) fn local(text: &str) -> Option<String> {
    let id = text.trim().strip_prefix('#')?;
    is_id(id).then(|| format!("#{id}"))
}

/// Returns `true` if an id can be written without an escape and cannot be mistaken for other syntax.
pub(super) fn is_id(text: &str) -> bool {
    let plain = |c: char| {
        let special = matches!(c, '"' | '\'' | '\\' | '<' | '>' | '&' | '{' | '}' | ';' | '@');
        !c.is_control() && !special && (!c.is_whitespace() || c == ' ')
    };
    let lower = text.to_ascii_lowercase();
    let looks = ["url(", "expression(", "script:"].iter().any(|other| lower.contains(other));
    !text.is_empty() && text.chars().all(plain) && text.trim() == text && !looks
}

/// Returns `url(#id)`, with quotes if the id needs them.
pub(super) fn function(text: &str) -> Option<String> {
    let target = local(text)?;
    let bare = !target.contains([' ', '(', ')']);
    Some(if bare { format!("url({target})") } else { format!("url('{target}')") })
}

/// Returns a font as `url(data:font/woff2;base64,...)`, if the data is a font.
pub(super) fn font(source: &str) -> Option<String> {
    let text = source.strip_prefix("url(")?;
    let (address, _) = text.split_once(')')?;
    let address = address.trim().trim_matches(['"', '\'']);
    let (_, data) = address.strip_prefix("data:")?.split_once(";base64,")?;
    let data: String = data.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let kind = match first_bytes(&data)?.get(..4)? {
        b"wOF2" => "font/woff2",
        b"wOFF" => "font/woff",
        b"OTTO" => "font/otf",
        [0, 1, 0, 0] | b"true" => "font/ttf",
        _ => return None,
    };
    Some(format!("url(data:{kind};base64,{data})"))
}

/// Returns an image as `data:image/png;base64,...`, with the media type detected from its first bytes.
pub(super) fn image(text: &str) -> Option<String> {
    let (head, data) = text.trim_start().split_once(',')?;
    let head = head.to_ascii_lowercase();
    let kind = head.strip_prefix("data:")?.strip_suffix(";base64")?;
    if !kind.starts_with("image/") {
        return None;
    }
    let data = if data.contains('%') {
        String::from_utf8(percent::decode(data.as_bytes()).into_owned()).ok()?
    } else {
        data.to_owned()
    };
    let data: String = data.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let format = Format::sniff(&first_bytes(&data)?)?;
    let raster = matches!(format, Format::Png | Format::Jpeg | Format::Gif | Format::WebP | Format::Avif);
    raster.then(|| format!("data:{};base64,{data}", format.content_type()))
}

/// Returns the bytes that are needed to detect a format, or `None` if any part of the data is not base64.
fn first_bytes(data: &str) -> Option<Vec<u8>> {
    /// These digits hold 64 bytes.
    const LOOK_AT: usize = 86;
    let digits = data.trim_end_matches('=');
    if digits.bytes().any(|digit| base64::value(digit).is_none()) {
        return None;
    }
    let end = digits.len().min(LOOK_AT);
    // A single digit after the last group of four does not make a whole byte.
    let end = if end % 4 == 1 { end - 1 } else { end };
    base64::decode(digits.get(..end)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_told_by_their_bytes() {
        let gif = "R0lGODlhAQABAAAAACwAAAAAAQABAAAC";
        let want = Some(format!("data:image/gif;base64,{gif}"));
        assert_eq!(image(&format!("data:image/gif;base64,{gif}")), want);
        assert_eq!(image(&format!(" DATA:image/png;base64,\n {gif}")), want);
        assert_eq!(image(&format!("data:image/png;base64,%52{}", &gif[1..])), want);
        for text in ["data:image/gif;base64,", "data:image/gif,GIF89a", "data:text/html;base64,R0lGODlh", "#a", ""] {
            assert_eq!(image(text), None, "{text}");
        }
        assert_eq!(image(&format!("data:image/gif;base64,{gif}<")), None);
        // Digits after the inspected bytes are checked too; an excess digit is accepted.
        let long = gif.repeat(4);
        assert_eq!(image(&format!("data:image/gif;base64,{long}-")), None);
        for data in [&long, &format!("{gif}A"), &format!("{gif}AA==")] {
            assert!(image(&format!("data:image/gif;base64,{data}")).is_some(), "{data}");
        }
    }
}
