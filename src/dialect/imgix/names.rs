//! The names of imgix's parameters.

use crate::dialect::foreign::Claim;

/// Names with a translation, in the order in which they are written.
pub(super) const TAKEN: [&str; 18] = [
    "w",
    "h",
    "ar",
    "fit",
    "crop",
    "fill",
    "fill-color",
    "bg",
    "fm",
    "q",
    "orient",
    "dpr",
    "sharp",
    "con",
    "usm",
    "usmrad",
    "blur",
    "trim",
];

/// Other parameters of imgix's rendering API. They have no translation and stay in the query; the list serves to report
/// them.
const UNTRANSLATED: [&str; 51] = [
    "auto",
    "bri",
    "ch",
    "chromasub",
    "colorquant",
    "colors",
    "corner-radius",
    "cs",
    "dl",
    "duotone",
    "duotone-alpha",
    "exp",
    "expires",
    "faceindex",
    "facepad",
    "faces",
    "flip",
    "fps",
    "frame",
    "gam",
    "high",
    "htn",
    "hue",
    "invert",
    "iptc",
    "jpg-progressive",
    "loop",
    "lossless",
    "monochrome",
    "nr",
    "nrs",
    "page",
    "palette",
    "prefix",
    "px",
    "rect",
    "reverse",
    "rot",
    "sat",
    "sepia",
    "shad",
    "skip",
    "svg-sanitize",
    "tile",
    "transparency",
    "upscale",
    "vib",
    "max-w",
    "max-h",
    "min-w",
    "min-h",
];

/// Prefixes of further parameters of this kind.
const FAMILIES: [&str; 12] =
    ["bg-", "blend", "border", "fill-g", "fp-", "grid-", "mark", "mask", "pad", "pdf-", "trim-", "txt"];

pub(crate) fn claim(name: &str) -> Claim {
    if TAKEN.contains(&name) {
        Claim::Taken
    } else if UNTRANSLATED.contains(&name) || FAMILIES.iter().any(|family| name.starts_with(family)) {
        Claim::Untranslated
    } else {
        Claim::None
    }
}
