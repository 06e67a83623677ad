//! [`Limits`]: all limits of the crate, in one value.

use std::time::Duration;

use crate::setters::setters;

/// The limits of a request, its files and its images.
///
/// The engine owns them and passes them to parsing, gathering, planning and rendering. Limits on pixels and memory are
/// checked by arithmetic on headers and plans, before memory is allocated.
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
    /// Nesting depth of layers, and nesting depth of conditions (documented: 3).
    pub depth: usize,
    /// Characters of a text layer in plain text (documented: 2000); the rest is cut off.
    pub text_chars: usize,
    /// Characters of a base64 text before decoding (documented: 2500); the rest is cut off.
    pub base64_chars: usize,
    /// Largest width or height that a URL may request (documented: 65535); a larger one counts as absent.
    pub side: u32,
    /// Largest width or height of a text layer, its padding included (documented: 16383).
    pub text_side: u32,
    /// Largest width or height of a WebP (documented: 16383, the limit of libwebp).
    pub webp_side: u32,
    /// Pixels of a source or a result (documented: 100 million).
    pub pixels: u64,
    /// Decoded frames of an animation: all, or for a still image the frames up to the requested one.
    pub frames: u32,
    /// Pixels of all decoded frames together, and of all encoded frames together: each frame counts as the whole image,
    /// however little it changes.
    pub animation_pixels: u64,
    /// Pixels of an image that gets a shadow (documented: 2 million).
    pub shadow_pixels: u64,
    /// Pixels of an image for `e-retouch` and `e-upscale` (documented: 16 million).
    pub effect_pixels: u64,
    /// Bytes of a source file (documented: 40 MB).
    pub source_bytes: u64,
    /// Bytes of a result.
    pub result_bytes: u64,
    /// Bytes of an SVG (documented: 5 MB), also as UTF-8 and with its entities expanded.
    pub svg_bytes: u64,
    /// Elements, end tags, comments and the like in an SVG.
    pub svg_nodes: u64,
    /// Bytes of a colour profile after inflation; a larger one counts as absent.
    pub profile_bytes: u64,
    /// Bytes of EXIF, and of XMP, after inflation; larger metadata counts as absent.
    pub metadata_bytes: u64,
    /// Bytes of memory that one render may use for pixels, checked before the first is decoded.
    pub memory: u64,
    /// Units of computation that one render may use, checked before the first pixel is decoded.
    ///
    /// A unit is about a nanosecond of one core of an AMD EPYC of 2023: the default corresponds to five seconds, and
    /// seldom takes more than three. The units count samples that are read, weighted, blended and written, coefficients
    /// and scans of a JPEG, edges and pixels of an SVG, and letters; never time. No clock is read, so a request is
    /// refused on every machine or on none.
    pub work: u64,
    /// Different files that one request may need.
    pub sources: usize,
    /// Redirects followed for one file.
    pub redirects: usize,
    /// Requests sent for one delivery in total, redirects included.
    pub fetches: usize,
    /// The time that one origin may take from the first byte sent to the last one read.
    pub fetch_timeout: Duration,
    /// The time within which a connection to an origin must be established, TLS included.
    pub connect_timeout: Duration,
    /// The time for which an origin may send nothing: until the head of its response, and between two chunks of a body.
    pub idle_timeout: Duration,
    /// Chunks in which the body of an origin's response may arrive, however small they are. Chunks beyond this number
    /// must have 128 bytes on average: each chunk costs work, whatever its size.
    pub chunks: u64,
    /// Bytes per second of a body that an origin must send on average, once [`idle_timeout`](Self::idle_timeout) has
    /// passed.
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

/// A limit of [`Limits`] was exceeded.
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
    /// The counted things, in the plural: `pixels`, `bytes in the source`.
    pub what: &'static str,
    /// The limit.
    pub allowed: u64,
    /// The count, or as much as was counted before stopping.
    pub found: u64,
}

impl LimitError {
    /// Checks a count against its limit.
    ///
    /// # Errors
    /// The count exceeds the limit.
    pub(crate) fn check(what: &'static str, found: u64, allowed: u64) -> Result<(), Self> {
        if found > allowed { Err(Self { what, allowed, found }) } else { Ok(()) }
    }
}
