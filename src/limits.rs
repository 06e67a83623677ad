//! [`Limits`]: every bound of the crate, in one value.

use std::time::Duration;

use crate::setters::setters;

/// Every bound of a request, its files and its pictures.
///
/// The engine owns one and hands it to parsing, gathering, planning and running. Limits on pixels and
/// memory are checked by arithmetic on headers and plans, before memory is taken.
///
/// ```
/// use originkit::Limits;
/// let limits = Limits::default().pixels(25_000_000).memory(512 << 20);
/// assert_eq!(limits.depth, 3);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a request's path and query together.
    pub url_bytes: usize,
    /// Bytes of a transformation string after percent-decoding.
    pub transformation_bytes: usize,
    /// Steps of a transformation, those of branches and layers included.
    pub steps: usize,
    /// Parameters of a transformation, those of branches and layers included.
    pub parameters: usize,
    /// Layers of a transformation, nested ones included.
    pub layers: usize,
    /// How deep layers may nest, and how deep conditions may nest (documented: 3).
    pub depth: usize,
    /// Characters of a text layer written plainly (documented: 2000); the rest is cut off.
    pub text_chars: usize,
    /// Characters of a base64 text before decoding (documented: 2500); the rest is cut off.
    pub base64_chars: usize,
    /// Largest width or height that a URL may ask for (documented: 65535); larger is as if absent.
    pub side: u32,
    /// Largest width or height of a text layer, its padding included (documented: 16383).
    pub text_side: u32,
    /// Largest width or height of a WebP (documented: 16383, which is libwebp's).
    pub webp_side: u32,
    /// Pixels of a source or a result (documented: 100 million).
    pub pixels: u64,
    /// Frames of an animation that are read: all, or for a still those up to the one asked for.
    pub frames: u32,
    /// Pixels of all frames that are read together, and of all that are written: each frame counts as the whole
    /// picture, however little it changes.
    pub animation_pixels: u64,
    /// Pixels of a picture that gets a shadow (documented: 2 million).
    pub shadow_pixels: u64,
    /// Pixels of a picture that `e-retouch` and `e-upscale` are asked for (documented: 16 million).
    pub effect_pixels: u64,
    /// Bytes of a source file (documented: 40 MB).
    pub source_bytes: u64,
    /// Bytes of a result.
    pub result_bytes: u64,
    /// Bytes of an SVG (documented: 5 MB), also as UTF-8 and with its entities expanded.
    pub svg_bytes: u64,
    /// Elements, ends of elements, comments and the like in an SVG.
    pub svg_nodes: u64,
    /// Bytes of a colour profile once inflated; a larger one is as if absent.
    pub profile_bytes: u64,
    /// Bytes of EXIF, and of XMP, once inflated; larger is as if absent.
    pub metadata_bytes: u64,
    /// Bytes of memory one render may take for pixels, checked before the first is decoded.
    pub memory: u64,
    /// Units of computing that one render may take, checked before the first pixel is decoded.
    ///
    /// A unit is about a nanosecond of one core of an AMD EPYC of 2023: the default is five seconds, and seldom takes
    /// more than three. What is counted are samples that are read, weighed, mixed and written, coefficients and scans
    /// of a JPEG, edges and pixels of an SVG, letters; never time. No clock is read, so that a request is refused on
    /// every machine, or on none.
    pub work: u64,
    /// Different files one request may need.
    pub sources: usize,
    /// Redirects followed for one file.
    pub redirects: usize,
    /// Requests sent for one delivery in all, redirects included.
    pub fetches: usize,
    /// How long one origin may take from the first byte sent to the last one read.
    pub fetch_timeout: Duration,
    /// The time in which a connection to an origin must be made, TLS included.
    pub connect_timeout: Duration,
    /// The time for which an origin may send nothing: until the head of its answer, and between two pieces of a body.
    pub idle_timeout: Duration,
    /// Pieces that the body of an origin's answer may come in, however small they are. Beyond them they must have 128
    /// bytes on the average: each piece costs work, whatever is in it.
    pub chunks: u64,
    /// Bytes a second that an origin must send of a body, on the average, once [`idle_timeout`](Self::idle_timeout) is
    /// over.
    pub fetch_rate: u64,
}

setters!(Limits {
    url_bytes: usize,
    transformation_bytes: usize,
    steps: usize,
    parameters: usize,
    layers: usize,
    depth: usize,
    text_chars: usize,
    base64_chars: usize,
    side: u32,
    text_side: u32,
    webp_side: u32,
    pixels: u64,
    frames: u32,
    animation_pixels: u64,
    shadow_pixels: u64,
    effect_pixels: u64,
    source_bytes: u64,
    result_bytes: u64,
    svg_bytes: u64,
    svg_nodes: u64,
    profile_bytes: u64,
    metadata_bytes: u64,
    memory: u64,
    work: u64,
    sources: usize,
    redirects: usize,
    fetches: usize,
    fetch_timeout: Duration,
    connect_timeout: Duration,
    idle_timeout: Duration,
    chunks: u64,
    fetch_rate: u64,
});

impl Default for Limits {
    fn default() -> Self {
        Self {
            url_bytes: 8 * 1024,
            transformation_bytes: 8 * 1024,
            steps: 64,
            parameters: 256,
            layers: 10,
            depth: 3,
            text_chars: 2000,
            base64_chars: 2500,
            side: 65_535,
            text_side: 16_383,
            webp_side: 16_383,
            pixels: 100_000_000,
            frames: 1000,
            animation_pixels: 200_000_000,
            shadow_pixels: 2_000_000,
            effect_pixels: 16_000_000,
            source_bytes: 40 * 1024 * 1024,
            result_bytes: 64 * 1024 * 1024,
            svg_bytes: 5 * 1024 * 1024,
            svg_nodes: 200_000,
            profile_bytes: 4 * 1024 * 1024,
            metadata_bytes: 1024 * 1024,
            memory: 1024 * 1024 * 1024,
            work: 5_000_000_000,
            sources: 16,
            redirects: 3,
            fetches: 64,
            fetch_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(3),
            idle_timeout: Duration::from_secs(5),
            chunks: 16_384,
            fetch_rate: 1024,
        }
    }
}

/// A bound of [`Limits`] was passed.
///
/// ```
/// use originkit::{Engine, Limits};
/// # use originkit::transform::Transformation;
/// let long = "w-1:".repeat(65);
/// let error = Transformation::parse(&long, &Limits::default()).unwrap_err();
/// assert!(error.to_string().starts_with("65 steps"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{found} {what} where {allowed} are allowed")]
#[non_exhaustive]
pub struct LimitError {
    /// What there is too much of, in the plural: `pixels`, `bytes in the source`.
    pub what: &'static str,
    /// The bound.
    pub allowed: u64,
    /// What was found, or as much as was counted before stopping.
    pub found: u64,
}

impl LimitError {
    /// Passes a count that stays within its bound.
    ///
    /// # Errors
    /// The count is above the bound.
    pub(crate) fn check(what: &'static str, found: u64, allowed: u64) -> Result<(), Self> {
        if found > allowed { Err(Self { what, allowed, found }) } else { Ok(()) }
    }
}
