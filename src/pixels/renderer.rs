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

/// Transforms images that one already has: a URL's transformation without the URL.
///
/// A result is as for a request: the smallest of the formats allowed, upright, without metadata. A renderer holds the
/// memory that its largest render so far needed for planes of a JPEG and between the two passes of a resampling, which
/// for thumbnails of photos saves about a tenth of the time; [`Renderer::clear`] gives it back. Nothing of an image can be
/// got out of it. That memory serves one render at a time: a renderer for each thread is best (clones have the same
/// settings, and memory of their own), and renders of several threads on one are correct.
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
    /// Settings of planning, with every limit.
    pub rules: Rules,
    /// Quality of lossy formats where `q` is absent, 1 to 100 (80).
    pub quality: u8,
    /// JPEGs have halved chroma planes: a fifth smaller (on).
    pub chroma_420: bool,
    /// Encoders spend time for bytes, see [`Settings::smallest`](crate::Settings) (off).
    pub smallest: bool,
    /// Formats that may be chosen besides JPEG and PNG where `f` names none (none).
    pub accept: Vec<Format>,
    /// Files that layers may name: overlays and fonts. There is no origin to ask for others.
    pub files: Vec<(AssetPath, Bytes)>,
    /// Detectors, effects, fonts and decoders.
    pub extensions: Extensions,
    /// Ends a render early.
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

    /// Sets the limits, which are a part of [`rules`](#structfield.rules).
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.rules.limits = limits;
        self
    }

    /// Transforms an image.
    ///
    /// # Errors
    /// The bytes are no image that this build reads, a limit is passed, the transformation asks for what this build
    /// lacks, or a layer names a file that is not among [`files`](#structfield.files).
    pub fn render(&self, bytes: &[u8], transformation: &Transformation) -> Result<Encoded, Error> {
        self.with_work(bytes, transformation, |work| render_or_pass(work, None))
    }

    /// The most memory and computing that [`render`](Self::render) takes for this. Ask it before, to run as many at once
    /// as there is memory for.
    ///
    /// An upper bound, from headers and the plan, before a pixel is decoded; only where the plan itself depends on pixels
    /// (trimming, `fo-auto`) they are looked at. Memory is for pixels, and for what decoders, filters and encoders need
    /// meanwhile. Not counted are files, encoded as they come and go, what an embedder's own decoders and effects take,
    /// what the renderer holds from renders before, and what a memory allocator wastes. Of an animation the frames count
    /// that are held at a time.
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
    /// As [`render`](Self::render), as far as the plan, and [`Error::Limit`] where it passes [`Limits::memory`] or
    /// [`Limits::work`].
    pub fn cost(&self, bytes: &[u8], transformation: &Transformation) -> Result<Cost, Error> {
        self.with_work(bytes, transformation, cost_of)
    }

    /// The most bytes of memory that [`render`](Self::render) takes for this at a time: [`Cost::memory`] of
    /// [`cost`](Self::cost).
    ///
    /// # Errors
    /// As [`cost`](Self::cost).
    pub fn peak_memory(&self, bytes: &[u8], transformation: &Transformation) -> Result<u64, Error> {
        Ok(self.cost(bytes, transformation)?.memory)
    }

    /// Looks at an image: its size and format, which colours it has, and placeholders to show while it loads.
    ///
    /// The file is decoded once, and everything is worked out from a copy of at most 100 pixels a side.
    ///
    /// # Errors
    /// The bytes are no image that this build reads, or a limit is passed.
    pub fn inspect(&self, bytes: &[u8]) -> Result<Info, Error> {
        inspected(bytes, &self.rules, &self.stop)
    }

    /// Gives the memory back that is held for the next render.
    pub fn clear(&mut self) {
        self.scratch = Scratch::default();
    }

    /// The memory, for renders that have settings of their own.
    pub(crate) const fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    /// Calls a function with the work that these arguments ask for.
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
