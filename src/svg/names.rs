//! The lists of SVG 2 names that are written, sorted by bytes.

/// The namespace of SVG.
pub(super) const SVG: &str = "http://www.w3.org/2000/svg";
/// The namespace of `xlink:href`, which `href` has replaced.
pub(super) const XLINK: &str = "http://www.w3.org/1999/xlink";
/// The namespace of `xml:space`.
pub(super) const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// Returns `true` for an element that is visible, or that a visible element needs.
pub(super) fn is_element(name: &str) -> bool {
    ELEMENTS.binary_search(&name).is_ok()
}

/// Returns `true` for an element that contains text.
pub(super) fn holds_text(element: &str) -> bool {
    matches!(element, "text" | "tspan" | "textPath" | "title" | "desc")
}

/// Returns `true` for an attribute that takes plain words and numbers.
pub(super) fn is_plain(attribute: &str) -> bool {
    PLAIN.binary_search(&attribute).is_ok()
}

/// Returns `true` for a property: a presentation attribute or a declaration with a CSS value.
pub(super) fn is_property(name: &str) -> bool {
    PROPERTIES.binary_search(&name).is_ok()
}

/// Returns `true` for a descriptor of a font that selects when it is used.
pub(super) fn is_of_font(name: &str) -> bool {
    matches!(
        name,
        "font-family"
            | "font-weight"
            | "font-style"
            | "font-stretch"
            | "font-display"
            | "unicode-range"
            | "size-adjust"
    )
}

/// Returns `true` for an element that changes an attribute of another one over time.
pub(super) fn is_animation(element: &str) -> bool {
    matches!(element, "animate" | "animateTransform" | "animateMotion" | "set")
}

/// Returns `true` for an attribute of an animation element that takes plain words and numbers.
pub(super) fn is_of_animation(attribute: &str) -> bool {
    ANIMATION.binary_search(&attribute).is_ok()
}

/// Returns `true` for an attribute that may be animated.
pub(super) fn is_animated(attribute: &str) -> bool {
    is_property(attribute) || is_plain(attribute)
}

/// Returns `true` for a CSS function that only computes a value. `url` does not count.
pub(super) fn is_function(name: &str) -> bool {
    FUNCTIONS.binary_search(&name).is_ok()
}

/// The elements.
#[rustfmt::skip]
const ELEMENTS: &[&str] = &[
    "animate", "animateMotion", "animateTransform", "circle", "clipPath", "defs", "desc", "ellipse", "feBlend",
    "feColorMatrix", "feComponentTransfer", "feComposite", "feConvolveMatrix", "feDiffuseLighting",
    "feDisplacementMap", "feDistantLight", "feDropShadow", "feFlood", "feFuncA", "feFuncB", "feFuncG", "feFuncR",
    "feGaussianBlur", "feImage", "feMerge", "feMergeNode", "feMorphology", "feOffset", "fePointLight",
    "feSpecularLighting", "feSpotLight", "feTile", "feTurbulence", "filter", "g", "image", "line", "linearGradient",
    "marker", "mask", "mpath", "path", "pattern", "polygon", "polyline", "radialGradient", "rect", "set", "stop",
    "style", "svg", "switch", "symbol", "text", "textPath", "title", "tspan", "use",
];

/// Attributes that are not properties.
#[rustfmt::skip]
const PLAIN: &[&str] = &[
    "amplitude", "aria-describedby", "aria-hidden", "aria-label", "aria-labelledby", "azimuth", "baseFrequency",
    "baseProfile", "bias", "class", "clipPathUnits", "cx", "cy", "d", "diffuseConstant", "direction", "divisor", "dx",
    "dy", "edgeMode", "elevation", "exponent", "filterUnits", "fr", "fx", "fy", "gradientTransform", "gradientUnits",
    "height", "in", "in2", "intercept", "k1", "k2", "k3", "k4", "kernelMatrix", "kernelUnitLength", "lang",
    "lengthAdjust", "limitingConeAngle", "markerHeight", "markerUnits", "markerWidth", "maskContentUnits",
    "maskUnits", "method", "mode", "numOctaves", "offset", "operator", "order", "orient", "pathLength",
    "patternContentUnits", "patternTransform", "patternUnits", "points", "pointsAtX", "pointsAtY", "pointsAtZ",
    "preserveAlpha", "preserveAspectRatio", "primitiveUnits", "r", "radius", "refX", "refY", "requiredExtensions",
    "requiredFeatures", "result", "role", "rotate", "rx", "ry", "scale", "seed", "side", "slope", "spacing",
    "specularConstant", "specularExponent", "spreadMethod", "startOffset", "stdDeviation", "stitchTiles",
    "surfaceScale", "systemLanguage", "tableValues", "targetX", "targetY", "textLength", "type", "values", "version",
    "viewBox", "width", "x", "x1", "x2", "xChannelSelector", "y", "y1", "y2", "yChannelSelector", "z",
];

/// Attributes of animation elements.
#[rustfmt::skip]
const ANIMATION: &[&str] = &[
    "accumulate", "additive", "attributeName", "attributeType", "begin", "by", "calcMode", "dur", "end", "from",
    "keyPoints", "keySplines", "keyTimes", "max", "min", "origin", "path", "repeatCount", "repeatDur", "restart",
    "to",
];

/// Properties. The geometry properties are attributes too.
#[rustfmt::skip]
const PROPERTIES: &[&str] = &[
    "-webkit-animation", "-webkit-transform", "-webkit-user-select", "alignment-baseline", "all", "animation",
    "animation-composition", "animation-delay", "animation-direction", "animation-duration", "animation-fill-mode",
    "animation-iteration-count", "animation-name", "animation-play-state", "animation-timing-function",
    "backface-visibility", "background", "background-color", "baseline-shift", "clip", "clip-path", "clip-rule",
    "color", "color-interpolation", "color-interpolation-filters", "color-rendering", "color-scheme", "cursor", "cx",
    "cy", "d", "direction", "display", "dominant-baseline", "enable-background", "fill", "fill-opacity", "fill-rule",
    "filter", "flood-color", "flood-opacity", "font", "font-family", "font-feature-settings", "font-kerning",
    "font-optical-sizing", "font-palette", "font-size", "font-size-adjust", "font-stretch", "font-style",
    "font-synthesis", "font-variant", "font-variant-caps", "font-variant-east-asian", "font-variant-ligatures",
    "font-variant-numeric", "font-variant-position", "font-variation-settings", "font-weight",
    "glyph-orientation-horizontal", "glyph-orientation-vertical", "height", "hyphens", "image-rendering",
    "inline-size", "isolation", "letter-spacing", "lighting-color", "line-height", "marker", "marker-end",
    "marker-mid", "marker-start", "mask", "mask-clip", "mask-composite", "mask-image", "mask-mode", "mask-origin",
    "mask-position", "mask-repeat", "mask-size", "mask-type", "mix-blend-mode", "opacity", "overflow",
    "overflow-wrap", "overflow-x", "overflow-y", "paint-order", "perspective", "perspective-origin", "pointer-events",
    "r", "rotate", "rx", "ry", "scale", "shape-image-threshold", "shape-inside", "shape-margin", "shape-padding",
    "shape-rendering", "shape-subtract", "solid-color", "solid-opacity", "stop-color", "stop-opacity", "stroke",
    "stroke-alignment", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap", "stroke-linejoin",
    "stroke-miterlimit", "stroke-opacity", "stroke-width", "tab-size", "text-align", "text-anchor", "text-decoration",
    "text-decoration-color", "text-decoration-line", "text-decoration-skip-ink", "text-decoration-style",
    "text-decoration-thickness", "text-indent", "text-orientation", "text-overflow", "text-rendering", "text-shadow",
    "text-transform", "text-underline-offset", "text-underline-position", "transform", "transform-box",
    "transform-origin", "transform-style", "transition", "transition-delay", "transition-duration",
    "transition-property", "transition-timing-function", "translate", "unicode-bidi", "user-select", "vector-effect",
    "visibility", "white-space", "width", "will-change", "word-break", "word-spacing", "writing-mode", "x", "y",
];

/// The functions that values may use.
#[rustfmt::skip]
const FUNCTIONS: &[&str] = &[
    "abs", "acos", "asin", "atan", "atan2", "blur", "brightness", "calc", "circle", "clamp", "color", "color-mix",
    "conic-gradient", "contrast", "cos", "cubic-bezier", "drop-shadow", "ellipse", "exp", "grayscale", "hsl", "hsla",
    "hue-rotate", "hwb", "hypot", "icc-color", "inset", "invert", "lab", "lch", "light-dark", "linear",
    "linear-gradient", "log", "matrix", "matrix3d", "max", "min", "mod", "oklab", "oklch", "opacity", "path",
    "perspective", "polygon", "pow", "radial-gradient", "rect", "rem", "rgb", "rgba", "rotate", "rotate3d", "rotatex",
    "rotatey", "rotatez", "round", "saturate", "scale", "scale3d", "scalex", "scaley", "scalez", "sepia", "sign",
    "sin", "skew", "skewx", "skewy", "sqrt", "steps", "tan", "translate", "translate3d", "translatex", "translatey",
    "translatez", "var", "xywh",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_harmless() {
        for list in [ELEMENTS, PLAIN, ANIMATION, PROPERTIES, FUNCTIONS] {
            assert!(list.is_sorted_by(|a, b| a < b), "{list:?}");
            for name in list {
                let bad = ["on", "href", "src", "script", "foreign", "binding", "behavior", "expression"];
                assert!(!bad.iter().any(|bad| name.to_ascii_lowercase().starts_with(bad)), "{name}");
            }
        }
        assert!(!is_function("url") && !is_function("image-set") && !is_property("content"));
    }
}
