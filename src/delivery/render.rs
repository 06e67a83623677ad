//! [`Render`]: the only computing there is, as a value to run where you like.

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
use crate::transform::Transformation;

/// Work for a thread pool: the sources are here, the picture is to be made.
///
/// With feature `pixels`, [`Render::run`] makes it, on the thread that calls it and without waiting for
/// anything. Without it, or to use another library, read what is wanted from the accessors and answer
/// with [`Rendered::new`].
#[derive(Debug)]
pub struct Render {
    pub(crate) job: Arc<RenderSpec>,
    /// One for each wanted file of the order, in its order.
    pub(crate) sources: Vec<Source>,
    pub(crate) stop: Stop,
}

/// A file that a render needs.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Source {
    /// Where it was found: the asset's path, that of the default image in its place, or what a layer names.
    pub path: AssetPath,
    /// The file.
    pub bytes: Bytes,
}

/// What came of a [`Render`].
#[derive(Debug)]
pub struct Rendered {
    pub(crate) result: Result<Encoded, Error>,
}

impl Render {
    /// Makes the picture. Takes the time that takes: run it where that does not hurt.
    #[cfg(feature = "pixels")]
    #[must_use]
    pub fn run(self) -> Rendered {
        self.draw(&crate::pixels::Scratch::once(), None)
    }

    /// Makes the image with the memory that a [`Renderer`](crate::Renderer) holds; its settings do not count here.
    #[cfg(feature = "pixels")]
    #[must_use]
    pub fn run_with(self, renderer: &crate::pixels::Renderer) -> Rendered {
        self.draw(renderer.scratch(), None)
    }

    /// Makes the image as [`Render::run_with`] does, for pools that admit renders by their memory. `admit` is told
    /// what [`Render::cost`] tells, once, before the image is drawn: it waits on this thread until there is so much, or
    /// refuses with the error that is then the result.
    ///
    /// To ask [`Render::cost`] first would read headers twice, build the tree of an SVG twice, and where the plan
    /// depends on pixels (trimming, `fo-auto`, effects of an embedder) compute those twice: they come before `admit`. It is
    /// not called where no image is drawn, as for a file that passes as it is.
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
        let _stage = crate::trace::span!("render");
        Rendered::new(self.with_work(scratch, |work| crate::pixels::render(work, admit)))
    }

    /// The most bytes of memory that [`Render::run`] takes at a time, see [`Renderer::cost`](crate::Renderer::cost): run as
    /// many at once as there is memory for.
    ///
    /// # Errors
    /// What [`Render::run`] would fail with before it decodes.
    #[cfg(feature = "pixels")]
    pub fn memory(&self) -> Result<u64, Error> {
        Ok(self.cost()?.memory)
    }

    /// The most memory and computing that [`Render::run`] takes, see [`Renderer::cost`](crate::Renderer::cost).
    ///
    /// # Errors
    /// What [`Render::run`] would fail with before it decodes.
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
            still: job.thumbnail,
            passes: job.passes,
            extensions: &job.extensions,
            seed: job.seed,
            scratch,
            stop: &self.stop,
        })
    }

    /// The handle that ends it early. A driver that is dropped sets it.
    #[must_use]
    pub const fn stop(&self) -> &Stop {
        &self.stop
    }

    /// Sanitises, where that is all there is to do: an SVG passes through that is to be harmless.
    ///
    /// [`Render::run`] does this by itself. Who renders with another library asks here first.
    #[cfg(feature = "sanitize")]
    #[must_use]
    pub fn sanitize(&self) -> Option<Rendered> {
        let job = &self.job;
        let bytes = &self.sources.first()?.bytes;
        let passes = job.sanitize && crate::policy::keeps_svg(&job.transformation, job.thumbnail);
        let is_svg = || crate::format::Format::sniff(bytes) == Some(crate::format::Format::Svg);
        (passes && is_svg()).then(|| Rendered::new(crate::svg::passed(bytes, &job.rules)))
    }

    /// What is to be done, with names expanded and hints applied.
    #[must_use]
    pub fn transformation(&self) -> &Transformation {
        &self.job.transformation
    }

    /// How it is to be planned, and the limits to keep to.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.job.rules
    }

    /// What the embedder registered, for whoever renders elsewhere.
    #[must_use]
    pub fn extensions(&self) -> &Extensions {
        &self.job.extensions
    }

    /// A number for effects that invent something: the same for the same request.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.job.seed
    }

    /// The files: the asset first, then those that layers name, in order of mention.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }
}

impl Rendered {
    /// A result made elsewhere.
    #[must_use]
    pub const fn new(result: Result<Encoded, Error>) -> Self {
        Self { result }
    }

    /// The picture, or why there is none.
    ///
    /// # Errors
    /// What [`Render::run`] failed with.
    pub const fn result(&self) -> Result<&Encoded, &Error> {
        self.result.as_ref()
    }
}
