//! [`Render`]: the only computation of a delivery, as a value that may be run anywhere.

use std::sync::Arc;

use bytes::Bytes;

#[cfg(feature = "pixels")]
use crate::cost::Cost;
use crate::encoded::Encoded;
use crate::error::Error;
use crate::extend::Extensions;
use crate::order::RenderSpec;
use crate::path::AssetPath;
use crate::plan::Rules;
use crate::stop::Stop;
use crate::trace::Span;
use crate::transform::Transformation;

/// A render for a thread pool: every source is held, and the image is to be made.
///
/// With feature `pixels`, [`Render::run`] makes it, on the thread that calls it and without waiting for anything.
/// Without that feature, or to use another library, read the job from the accessors and answer with [`Rendered::new`].
#[derive(Debug)]
pub struct Render {
    pub(crate) job: Arc<RenderSpec>,
    /// The files that the order needs, in its order.
    pub(crate) sources: Vec<Source>,
    pub(crate) stop: Stop,
    /// If AVIF would be chosen, the result is another format, and [`Encoded::is_interim`] is set.
    pub(crate) interim: bool,
    /// The span of the delivery.
    #[cfg_attr(not(feature = "pixels"), expect(dead_code, reason = "there is no render inside it"))]
    pub(crate) span: Span,
}

/// A file that a render needs.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Source {
    /// The path at which it was found: that of the asset, of the default image in its place, or of a file that a layer
    /// names.
    pub path: AssetPath,
    /// The file.
    pub bytes: Bytes,
}

/// The result of a [`Render`].
#[derive(Debug)]
pub struct Rendered {
    pub(crate) result: Result<Encoded, Error>,
}

impl Render {
    /// Makes the image. This may take long: run it on a thread that may block.
    #[cfg(feature = "pixels")]
    #[must_use]
    pub fn run(self) -> Rendered {
        self.draw(&crate::pixels::Scratch::once(), None)
    }

    /// Makes the image with the memory that a [`Renderer`](crate::Renderer) holds; its settings have no effect here.
    #[cfg(feature = "pixels")]
    #[must_use]
    pub fn run_with(self, renderer: &crate::pixels::Renderer) -> Rendered {
        self.draw(renderer.scratch(), None)
    }

    /// Makes the image like [`Render::run_with`], for pools that admit renders by their memory. `admit` is called with
    /// the value of [`Render::cost`], once, before the image is drawn. It waits on this thread until there is enough
    /// memory, or refuses with an error, which is then the result.
    ///
    /// Calling [`Render::cost`] first would read headers twice and build the tree of an SVG twice. Where the plan
    /// depends on pixels (trimming, `fo-auto`, effects of an embedder), it would compute those twice: they come before
    /// `admit`. `admit` is not called if no image is drawn, as for a file that is delivered unchanged.
    #[cfg(feature = "pixels")]
    #[must_use]
    pub fn run_admitted(
        self,
        renderer: &crate::pixels::Renderer,
        admit: impl Fn(Cost) -> Result<(), Error>,
    ) -> Rendered {
        self.draw(renderer.scratch(), Some(&admit))
    }

    #[cfg(feature = "pixels")]
    fn draw(self, scratch: &crate::pixels::Scratch, admit: Option<&dyn Fn(Cost) -> Result<(), Error>>) -> Rendered {
        #[cfg(feature = "sanitize")]
        if let Some(sanitized) = self.sanitize() {
            return sanitized;
        }
        let span = self.span.clone();
        let _delivery = span.enter();
        let _stage = crate::trace::span!("render");
        Rendered::new(self.with_work(scratch, |work| crate::pixels::render(work, admit)))
    }

    /// Returns the most bytes of memory that [`Render::run`] takes at a time, see
    /// [`Renderer::cost`](crate::Renderer::cost): run as many renders at the same time as there is memory for.
    ///
    /// # Errors
    /// The errors of [`Render::run`] that are found before it decodes.
    #[cfg(feature = "pixels")]
    pub fn memory(&self) -> Result<u64, Error> {
        Ok(self.cost()?.memory)
    }

    /// Returns the most memory and computation that [`Render::run`] takes, see
    /// [`Renderer::cost`](crate::Renderer::cost).
    ///
    /// # Errors
    /// The errors of [`Render::run`] that are found before it decodes.
    #[cfg(feature = "pixels")]
    pub fn cost(&self) -> Result<Cost, Error> {
        self.with_work(&crate::pixels::Scratch::once(), crate::pixels::cost_of)
    }

    #[cfg(feature = "pixels")]
    fn with_work<T>(&self, scratch: &crate::pixels::Scratch, act: impl FnOnce(&crate::pixels::Work<'_>) -> T) -> T {
        let job = &self.job;
        let mut files =
            self.sources.iter().map(|source| (&source.path, crate::pixels::File::new(&source.bytes, &job.extensions)));
        let asset = files.next();
        act(&crate::pixels::Work {
            asset: asset.map_or(crate::pixels::File::new(&[], &job.extensions), |(_, file)| file),
            path: asset.map_or("", |(path, _)| path.as_str()),
            files: files.collect(),
            transformation: &job.transformation,
            rules: &job.rules,
            negotiation: &job.negotiation,
            interim: self.interim,
            still: job.thumbnail,
            passes: job.passes,
            extensions: &job.extensions,
            seed: job.seed,
            scratch,
            stop: &self.stop,
        })
    }

    /// Returns the handle that ends the render early. A driver that is dropped sets it.
    #[must_use]
    pub const fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Sanitises an SVG that is otherwise delivered unchanged; `None` if there is anything else to do.
    ///
    /// [`Render::run`] does this by itself. Call it first when you render with another library.
    #[cfg(feature = "sanitize")]
    #[must_use]
    pub fn sanitize(&self) -> Option<Rendered> {
        let job = &self.job;
        let bytes = &self.sources.first()?.bytes;
        let passes = job.sanitize && crate::policy::keeps_svg(&job.transformation, job.thumbnail);
        let is_svg = || crate::format::Format::sniff(bytes) == Some(crate::format::Format::Svg);
        (passes && is_svg()).then(|| Rendered::new(crate::svg::passed(bytes, &job.rules)))
    }

    /// Returns the transformation, with names expanded and hints applied.
    #[must_use]
    pub fn transformation(&self) -> &Transformation {
        &self.job.transformation
    }

    /// Returns the rules of the plan, and the limits.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.job.rules
    }

    /// Returns the extensions that the embedder registered, for a renderer elsewhere.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        &self.job.extensions
    }

    /// Returns a seed for effects that invent content. It is equal for equal requests.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.job.seed
    }

    /// Returns the files: the asset first, then those that layers name, in order of mention.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }
}

impl Rendered {
    /// Makes a result of an image, or of an error, from elsewhere.
    #[must_use]
    pub const fn new(result: Result<Encoded, Error>) -> Self {
        Self { result }
    }

    /// Returns the image, or the error in its place.
    ///
    /// # Errors
    /// The error of [`Render::run`].
    pub const fn result(&self) -> Result<&Encoded, &Error> {
        self.result.as_ref()
    }
}
