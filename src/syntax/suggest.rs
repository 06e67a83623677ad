//! Suggestions: a known token that is similar to an unknown one.
//!
//! Candidates come from the long names of ImageKit's SDKs, from other services, from other separators (`w_300`,
//! `w=300`), and from spellings that differ by one letter. The first one that would have an effect is suggested.

use super::params;

/// The maximum length in bytes of a token that gets a suggestion. No known token is longer.
const LONGEST: usize = 64;

/// Returns the first candidate for a token that `has_effect`.
pub(super) fn near(token: &str, has_effect: impl Fn(&str) -> bool) -> Option<String> {
    if token.is_empty() || token.len() > LONGEST || !token.is_ascii() {
        return None;
    }
    let plain = token.to_ascii_lowercase();
    let mut candidates: Vec<String> = Vec::new();
    let with_hyphen = plain.replacen(['_', '=', ' '], "-", 1);
    let written = token.replacen(['_', '=', ' '], "-", 1);
    candidates.extend(service(&with_hyphen).map(|(_, ours)| ours.to_owned()));
    candidates.push(with_hyphen.clone());
    // A long name may be the whole token, including hyphens.
    candidates.extend(long_name(&plain).map(str::to_owned));
    for text in [token, written.as_str(), plain.as_str(), with_hyphen.as_str()] {
        let (key, value) = parted(text);
        candidates.extend(long_name(key).map(|short| joined(short, value)));
        candidates.extend(opacity(value).map(|value| joined(key, &value)));
        candidates.extend(word_near(key, value).map(|word| joined(key, word)));
        // One value too many, or a value after a flag.
        candidates.extend(value.rsplit_once(['-', '_', '?']).map(|(front, _)| joined(key, front)));
        candidates.extend(value.split_once('?').map(|(front, _)| joined(key, front)));
        candidates.extend(["true", ""].map(|value| joined(key, value)).into_iter().filter(|_| value.is_empty()));
        candidates.extend(near_keys(key).map(|known| joined(known, value)));
    }
    candidates.into_iter().find(|candidate| candidate != token && has_effect(candidate))
}

/// Returns the name of the service that uses this token, if there is one.
pub(super) fn service_of(token: &str) -> Option<&'static str> {
    service(token).map(|(service, _)| service)
}

fn joined(key: &str, value: &str) -> String {
    if value.is_empty() { key.to_owned() } else { format!("{key}-{value}") }
}

/// Returns key and value. The hyphen in the key of an effect does not separate them.
fn parted(token: &str) -> (&str, &str) {
    let from = if token.starts_with("e-") { 2 } else { 0 };
    let at = token.get(from..).and_then(|rest| rest.find('-')).map(|at| at + from);
    at.and_then(|at| Some((token.get(..at)?, token.get(at + 1..)?))).unwrap_or((token, ""))
}

/// Returns the key for a long name: of ImageKit's SDKs, of their older versions, or a word that other services use.
fn long_name(name: &str) -> Option<&'static str> {
    let bare: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    LONG_NAMES.iter().find(|(long, _)| *long == bare).map(|(_, key)| *key)
}

/// Converts a colour whose opacity is hexadecimal, as in CSS, to ImageKit's form with a percentage.
fn opacity(value: &str) -> Option<String> {
    let digits = value.trim_start_matches('#');
    let (rgb, alpha) = digits.split_at_checked(6).filter(|(rgb, _)| rgb.bytes().all(|b| b.is_ascii_hexdigit()))?;
    if alpha.is_empty() {
        return (digits != value).then(|| rgb.to_owned());
    }
    let alpha = u32::from_str_radix(alpha, 16).ok().filter(|_| alpha.len() == 2)?;
    let percent = (alpha * 100 + 127) / 255;
    Some(if percent >= 100 { rgb.to_owned() } else { format!("{rgb}{percent:02}") })
}

/// Returns the words that a value of this key may begin with.
pub(super) fn words(key: &str) -> &'static [&'static str] {
    WORDS.iter().find(|(known, _)| *known == key).map_or(&[], |(_, words)| words)
}

/// Returns the word of a key that is closest to the written one, or is a prefix of it.
fn word_near(key: &str, value: &str) -> Option<&'static str> {
    let words = words(key);
    let begins = words.iter().filter(|word| value.starts_with(**word)).max_by_key(|word| word.len());
    begins.or_else(|| words.iter().find(|word| is_near(word, value))).copied()
}

fn near_keys(key: &str) -> impl Iterator<Item = &'static str> {
    params::KEYS.iter().copied().filter(move |known| is_near(known, key))
}

/// Returns `true` if one edit turns one word into the other: a letter added, removed, replaced or moved by one place.
/// Two edits are allowed in words of eight letters and more.
fn is_near(known: &str, written: &str) -> bool {
    let allowed = match known.len().min(written.len()) {
        0..=1 => return false,
        2..=7 => 1,
        _ => 2,
    };
    known.len().abs_diff(written.len()) <= allowed && distance(known.as_bytes(), written.as_bytes()) <= allowed
}

/// Returns the Damerau-Levenshtein distance, with restricted transpositions.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let at = |row: &[usize], x: usize| row.get(x).copied().unwrap_or(usize::MAX / 2);
    let letter = |text: &[u8], at: usize| at.checked_sub(1).and_then(|at| text.get(at)).copied();
    for y in 1..=a.len() {
        let mut next = vec![y];
        for x in 1..=b.len() {
            let same = usize::from(letter(a, y) != letter(b, x));
            let mut least = (at(&row, x - 1) + same).min(at(&row, x) + 1).min(at(&next, x - 1) + 1);
            if y > 1 && x > 1 && letter(a, y) == letter(b, x - 1) && letter(a, y - 1) == letter(b, x) {
                least = least.min(at(&before, x - 2) + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().unwrap_or(usize::MAX)
}

fn service(token: &str) -> Option<(&'static str, &'static str)> {
    SERVICES.iter().find(|(theirs, ..)| *theirs == token).map(|(_, service, ours)| (*service, *ours))
}

/// `(token with a hyphen, its service, ImageKit's token)`
const SERVICES: [(&str, &str, &str); 29] = [
    ("c-fill", "Cloudinary", "c-maintain_ratio"),
    ("c-lfill", "Cloudinary", "c-maintain_ratio_no_enlarge"),
    ("c-fit", "Cloudinary", "c-at_max_enlarge"),
    ("c-limit", "Cloudinary", "c-at_max"),
    ("c-mfit", "Cloudinary", "c-at_least"),
    ("c-scale", "Cloudinary", "c-force"),
    ("c-crop", "Cloudinary", "cm-extract"),
    ("c-thumb", "Cloudinary", "fo-face"),
    ("c-pad", "Cloudinary", "cm-pad_resize"),
    ("c-lpad", "Cloudinary", "cm-pad_resize_no_enlarge"),
    ("g-auto", "Cloudinary", "fo-auto"),
    ("g-face", "Cloudinary", "fo-face"),
    ("g-faces", "Cloudinary", "fo-face"),
    ("g-center", "Cloudinary", "fo-center"),
    ("g-north", "Cloudinary", "fo-top"),
    ("g-south", "Cloudinary", "fo-bottom"),
    ("g-east", "Cloudinary", "fo-right"),
    ("g-west", "Cloudinary", "fo-left"),
    ("fl-progressive", "Cloudinary", "pr-true"),
    ("a-90", "Cloudinary", "rt-90"),
    ("a-180", "Cloudinary", "rt-180"),
    ("a-270", "Cloudinary", "rt-270"),
    ("fit-max", "imgix", "c-at_max"),
    ("fit-crop", "imgix", "c-maintain_ratio"),
    ("fit-clip", "imgix", "c-at_max_enlarge"),
    ("fit-scale", "imgix", "c-force"),
    ("fit-fill", "imgix", "cm-pad_resize"),
    ("auto-format", "imgix", "f-auto"),
    ("fm-webp", "imgix", "f-webp"),
];

/// `(long name in lower case without separators, key)`
const LONG_NAMES: [(&str, &str); 88] = [
    ("width", "w"),
    ("height", "h"),
    ("aspectratio", "ar"),
    ("ratio", "ar"),
    ("background", "bg"),
    ("backgroundcolor", "bg"),
    ("border", "b"),
    ("crop", "c"),
    ("resize", "c"),
    ("cropmode", "cm"),
    ("mode", "cm"),
    ("focus", "fo"),
    ("gravity", "fo"),
    ("quality", "q"),
    ("ql", "q"),
    ("xcenter", "xc"),
    ("ycenter", "yc"),
    ("format", "f"),
    ("fm", "f"),
    ("ext", "f"),
    ("radius", "r"),
    ("rounded", "r"),
    ("rotation", "rt"),
    ("rotate", "rt"),
    ("angle", "rt"),
    ("rot", "rt"),
    ("blur", "bl"),
    ("named", "n"),
    ("defaultimage", "di"),
    ("flip", "fl"),
    ("original", "orig"),
    ("progressive", "pr"),
    ("lossless", "lo"),
    ("colorprofile", "cp"),
    ("metadata", "md"),
    ("opacity", "o"),
    ("trim", "t"),
    ("zoom", "z"),
    ("page", "pg"),
    ("density", "dn"),
    ("dpi", "dn"),
    ("colorreplace", "cr"),
    ("fontsize", "fs"),
    ("fontfamily", "ff"),
    ("fontcolor", "co"),
    ("color", "co"),
    ("inneralignment", "ia"),
    ("align", "ia"),
    ("padding", "pa"),
    ("alpha", "al"),
    ("typography", "tg"),
    ("lineheight", "lh"),
    ("grayscale", "e-grayscale"),
    ("greyscale", "e-grayscale"),
    ("gray", "e-grayscale"),
    ("effectgray", "e-grayscale"),
    ("egray", "e-grayscale"),
    ("egreyscale", "e-grayscale"),
    ("contrast", "e-contrast"),
    ("contraststretch", "e-contrast"),
    ("effectcontrast", "e-contrast"),
    ("sharpen", "e-sharpen"),
    ("sharp", "e-sharpen"),
    ("effectsharpen", "e-sharpen"),
    ("unsharpmask", "e-usm"),
    ("usm", "e-usm"),
    ("effectusm", "e-usm"),
    ("shadow", "e-shadow"),
    ("effectshadow", "e-shadow"),
    ("gradient", "e-gradient"),
    ("effectgradient", "e-gradient"),
    ("colorize", "e-colorize"),
    ("distort", "e-distort"),
    ("eblur", "bl"),
    ("bgremove", "e-bgremove"),
    ("ebg", "e-bgremove"),
    ("ebgremoval", "e-bgremove"),
    ("removebackground", "e-bgremove"),
    ("airemovebackground", "e-bgremove"),
    ("removedotbg", "e-removedotbg"),
    ("removebg", "e-removedotbg"),
    ("upscale", "e-upscale"),
    ("aiupscale", "e-upscale"),
    ("retouch", "e-retouch"),
    ("airetouch", "e-retouch"),
    ("dropshadow", "e-dropshadow"),
    ("aidropshadow", "e-dropshadow"),
    ("aivariation", "e-genvar"),
];

/// `(key, its words)`
const WORDS: [(&str, &[&str]); 8] = [
    ("c", &["maintain_ratio", "maintain_ratio_no_enlarge", "force", "at_max", "at_max_enlarge", "at_least"]),
    ("cm", &["extract", "pad_resize", "pad_extract", "pad_resize_no_enlarge", "pad_extract_no_shrink"]),
    ("f", &["auto", "orig", "jpg", "jpeg", "png", "webp", "avif", "gif", "svg"]),
    ("fo", FOCUS),
    ("lfo", GRAVITY),
    ("lap", GRAVITY),
    ("bg", &["blurred", "dominant", "gradient_dominant", "genfill"]),
    ("lm", &["multiply", "displace", "cutout", "cutter"]),
];

const FOCUS: &[&str] = &[
    "center",
    "top",
    "left",
    "bottom",
    "right",
    "top_left",
    "top_right",
    "bottom_left",
    "bottom_right",
    "auto",
    "face",
    "custom",
];

/// The sides, the corners and the centre.
const GRAVITY: &[&str] = FOCUS.split_at(9).0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::transform::Transformation;

    fn meant(text: &str) -> Option<String> {
        let reading = Transformation::parse(text, &Limits::default()).unwrap();
        reading.ignored.into_iter().next().unwrap_or_else(|| panic!("{text} is known")).meant
    }

    #[test]
    fn close_tokens_are_suggested() {
        for (text, want) in [
            ("width-300", "w-300"),
            ("Width-300", "w-300"),
            ("w_300", "w-300"),
            ("w=300", "w-300"),
            ("W-300", "w-300"),
            ("width=300", "w-300"),
            ("aspectRatio-4-3", "ar-4-3"),
            ("aspect_ratio-4-3", "ar-4-3"),
            ("e-grayscal", "e-grayscale"),
            ("e-greyscale", "e-grayscale"),
            ("grayscale", "e-grayscale"),
            ("e-shapren-10", "e-sharpen-10"),
            ("e-bg-removal", "e-bgremove"),
            ("f-jpeg2000", "f-jpeg"),
            ("f-wepb", "f-webp"),
            ("c-fill", "c-maintain_ratio"),
            ("c_fill", "c-maintain_ratio"),
            ("c-limit", "c-at_max"),
            ("c-atmax", "c-at_max"),
            ("cm-padresize", "cm-pad_resize"),
            ("fit-max", "c-at_max"),
            ("fo-centre", "fo-center"),
            ("blur-5", "bl-5"),
            ("rotate-91", "rt-91"),
            ("ql-50", "q-50"),
            ("orig", "orig-true"),
            ("dpr-auto-true", "dpr-auto"),
            ("bg-000000A0", "bg-00000063"),
            ("bg-FF0000FF", "bg-FF0000"),
            ("bg-#FF0000", "bg-FF0000"),
            ("c-at_max?tr=c-at_max", "c-at_max"),
            ("l-text,i-a,fontSize-20,l-end", "fs-20"),
        ] {
            assert_eq!(meant(text).as_deref(), Some(want), "{text}");
        }
        for text in ["something-new", "undocumented-param", "xyzzy", "w-0", "v-2", "q-auto", "e-saturation-20"] {
            assert_eq!(meant(text), None, "{text}");
        }
    }

    #[test]
    fn every_name_of_another_leads_to_a_key_of_ours() {
        for (_, key) in LONG_NAMES {
            assert!(params::KEYS.contains(&key), "{key}");
        }
        for (theirs, _, ours) in SERVICES {
            assert!(ours.parse::<Transformation>().is_ok_and(|it| it.to_string() == ours), "{theirs} {ours}");
        }
        for (key, words) in WORDS {
            assert!(params::KEYS.contains(&key) || params::is_of_layer(key), "{key}");
            assert!(!words.is_empty());
        }
    }

    #[test]
    fn distances() {
        for (a, b, want) in [("abc", "abc", 0), ("abc", "abd", 1), ("abc", "acb", 1), ("abc", "", 3), ("", "", 0)] {
            assert_eq!(distance(a.as_bytes(), b.as_bytes()), want, "{a} {b}");
        }
    }
}
