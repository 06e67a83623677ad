//! [`Renderer`]: image bytes and a transformation in, image bytes out.

use bytes::Bytes;

use super::raster::Scratch;
use super::run::analyze::inspect::{Info, inspected};
use super::run::estimate::of_work as cost_of;
use super::run::fallback::render_or_pass;
use super::run::work::{File, Work};
use crate::cost::Cost;
use crate::encoded::Encoded;
use crate::error::Error;
use crate::extend::Extensions;
use crate::format::Format;
use crate::limits::Limits;
use crate::path::AssetPath;
use crate::plan::Rules;
use crate::policy::Negotiation;
use crate::setters::setters;
use crate::stop::Stop;
use crate::transform::Transformation;

/// Transforms images in memory: the transformation of a URL without the URL.
///
/// A result is the same as for a request: the smallest of the allowed formats, upright, without metadata. A renderer
/// keeps the memory that its largest render so far needed for the planes of a JPEG and between the two passes of a
/// resampling. For thumbnails of photos this saves about a tenth of the time; [`Renderer::clear`] frees the memory. No
/// image data can be read from it. The memory serves one render at a time, so one renderer per thread is best. Clones
/// have the same settings and separate memory. Renders on several threads with one renderer are correct.
///
/// ```
/// # fn image() -> Vec<u8> { b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xFF\0\0\xFF\0\0\xFF\0\0\0\xFF\0\0\0".to_vec() }
/// use originkit::{Format, Limits, Renderer};
/// use originkit::plan::Size;
///
/// let renderer = Renderer::new()
///     .accept(vec![Format::WebP]) // as if the browser had sent `Accept: image/webp`
///     .limits(Limits::default().pixels(25_000_000));
/// let bytes = image(); // 2x2
/// let result = renderer.render(&bytes, &"w-8,h-4,f-webp".parse()?)?;
/// assert_eq!((result.format, result.size), (Format::WebP, Size::new(8, 4)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Renderer {
    /// The settings of planning, including all limits.
    pub rules: Rules,
    /// The quality of lossy formats without `q`, 1 to 100 (default 80).
    pub quality: u8,
    /// Whether JPEGs have chroma planes of half the resolution, which makes them a fifth smaller (default on).
    pub chroma_420: bool,
    /// Whether encoders spend more time to save bytes, see [`Settings::smallest`](crate::Settings) (default off).
    pub smallest: bool,
    /// The formats that may be chosen in addition to JPEG and PNG if there is no `f` (default none).
    pub accept: Vec<Format>,
    /// The files that layers may refer to: overlays and fonts. There is no origin for others.
    pub files: Vec<(AssetPath, Bytes)>,
    /// Detectors, effects, fonts and decoders.
    pub extensions: Extensions,
    /// The handle that ends a render early.
    pub stop: Stop,
    scratch: Scratch,
}

setters!(Renderer {
    rules: Rules,
    quality: u8,
    chroma_420: bool,
    smallest: bool,
    accept: Vec<Format>,
    files: Vec<(AssetPath, Bytes)>,
    extensions: Extensions,
    stop: Stop;
    scratch
});

impl Renderer {
    /// Makes a renderer with the default settings.
    #[must_use]
    pub fn new() -> Self {
        Self {
            rules: Rules::default(),
            quality: 80,
            chroma_420: true,
            smallest: false,
            accept: Vec::new(),
            files: Vec::new(),
            extensions: Extensions::new(),
            stop: Stop::new(),
            scratch: Scratch::default(),
        }
    }

    /// Sets the limits, which are part of [`rules`](#structfield.rules).
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.rules.limits = limits;
        self
    }

    /// Transforms an image.
    ///
    /// # Errors
    /// The bytes are not an image that this build can read, a limit is exceeded, the transformation needs a feature
    /// that this build lacks, or a layer refers to a file that is not in [`files`](#structfield.files).
    pub fn render(&self, bytes: &[u8], transformation: &Transformation) -> Result<Encoded, Error> {
        self.with_work(bytes, transformation, |work| render_or_pass(work, None))
    }

    /// Returns the maximum of memory and computing that [`render`](Self::render) takes for this input. Call it first to
    /// run as many renders at the same time as there is memory for.
    ///
    /// The result is an upper bound from the headers and the plan, before a pixel is decoded. Pixels are read only if
    /// the plan itself depends on them (trimming, `fo-auto`). The memory is for pixels and for the scratch memory of
    /// decoders, filters and encoders. It does not include encoded input and output files, the memory of the embedder's
    /// own decoders and effects, the memory that the renderer keeps from earlier renders, and the overhead of the
    /// memory allocator. Of an animation only the frames count that are held at the same time.
    ///
    /// ```
    /// # fn image() -> Vec<u8> { b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xFF\0\0\xFF\0\0\xFF\0\0\0\xFF\0\0\0".to_vec() }
    /// use originkit::Renderer;
    /// let renderer = Renderer::new();
    /// let small = renderer.cost(&image(), &"w-8".parse()?)?;
    /// let large = renderer.cost(&image(), &"w-800".parse()?)?;
    /// assert!(large.work > small.work && large.memory > 800 * 800 * 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The errors of [`render`](Self::render) up to the plan, and [`Error::Limit`] if the cost exceeds
    /// [`Limits::memory`] or [`Limits::work`].
    pub fn cost(&self, bytes: &[u8], transformation: &Transformation) -> Result<Cost, Error> {
        self.with_work(bytes, transformation, cost_of)
    }

    /// Returns the maximum of bytes of memory that [`render`](Self::render) takes for this input at any time:
    /// [`Cost::memory`] of [`cost`](Self::cost).
    ///
    /// # Errors
    /// The errors of [`cost`](Self::cost).
    pub fn peak_memory(&self, bytes: &[u8], transformation: &Transformation) -> Result<u64, Error> {
        Ok(self.cost(bytes, transformation)?.memory)
    }

    /// Examines an image: its size and format, its colours, and placeholders to show while it loads.
    ///
    /// The file is decoded once, and everything is computed from a copy with at most 100 pixels per side.
    ///
    /// # Errors
    /// The bytes are not an image that this build can read, or a limit is exceeded.
    pub fn inspect(&self, bytes: &[u8]) -> Result<Info, Error> {
        inspected(bytes, &self.rules, &self.stop)
    }

    /// Frees the memory that is kept for the next render.
    pub fn clear(&mut self) {
        self.scratch = Scratch::default();
    }

    /// Returns the scratch memory, for renders with other settings.
    pub(crate) const fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    /// Calls a function with the work that these arguments describe.
    fn with_work<T>(
        &self,
        bytes: &[u8],
        transformation: &Transformation,
        act: impl FnOnce(&Work<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let negotiation = Negotiation {
            accepts_webp: self.accept.contains(&Format::WebP),
            accepts_avif: self.accept.contains(&Format::Avif),
            best_format: true,
            avif: self.accept.contains(&Format::Avif),
            avif_after_answer: false,
            quality: self.quality,
            chroma_420: self.chroma_420,
            smallest: self.smallest,
        };
        act(&Work {
            asset: File::new(bytes, &self.extensions),
            path: "",
            files: self.files.iter().map(|(path, bytes)| (path, File::new(bytes, &self.extensions))).collect(),
            transformation,
            rules: &self.rules,
            negotiation: &negotiation,
            interim: false,
            still: false,
            passes: false,
            extensions: &self.extensions,
            seed: 0,
            scratch: self.scratch(),
            stop: &self.stop,
        })
    }
}

impl Default for Renderer {
    fn default() -> Self {
        Self::new()
    }
}
