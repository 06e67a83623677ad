//! [`Executor`]: executes plans, and examines pixels if planning needs them.

use std::cell::RefCell;
use std::rc::Rc;

use super::noted::Noted;
use super::work::{File, Work};
use super::{extension, thumbnail};
use crate::cost::Cost;
use crate::error::Error;
use crate::extend::Effect;
use crate::path::AssetPath;
#[cfg(feature = "own-fonts")]
use crate::pixels::base::fenced_whole;
use crate::pixels::base::{Channels, fenced, internal_error, memory, other_page, unless_stopped};
use crate::pixels::codec::reader::{Colors, Reader, Request};
use crate::pixels::codec::registry;
use crate::pixels::filter;
use crate::pixels::filter::cost;
use crate::pixels::raster::{Image, Raster};
#[cfg(feature = "own-fonts")]
use crate::pixels::text;
#[cfg(feature = "own-fonts")]
use crate::pixels::text::FontBook;
#[cfg(feature = "own-fonts")]
use crate::plan::FontChoice;
use crate::plan::{Fill, Op, Plan, Rect, Size, SourceInfo, TextBlock, page, total};
use crate::policy::OriginError;
use crate::transform::Color;

/// A file whose header has been read.
type Opened<'a> = (Option<AssetPath>, Rc<dyn Reader + 'a>);

/// The oracle with access to the files.
///
/// A plan that was executed to examine its result is the start of the final plan. Its image is kept, so that nothing is
/// done twice, unless the kept images take too much memory. The image is then rendered again.
pub(crate) struct Executor<'a> {
    pub(super) work: &'a Work<'a>,
    info: SourceInfo,
    /// Files whose headers have been read. The asset has no path.
    opened: RefCell<Vec<Opened<'a>>>,
    /// Images that a decoder of the embedder made when their size was needed.
    decoded: Vec<(Option<AssetPath>, u32, Raster)>,
    /// The starts of plans that were examined, and their results.
    pub(super) kept: Vec<(Vec<Op>, Raster)>,
    pub(super) noted: Noted,
    /// The computing spent on examining pixels.
    pub(super) spent: Cost,
    /// Bytes in use elsewhere, by the previous and the following frames.
    pub(crate) besides: u64,
}

impl<'a> Executor<'a> {
    /// Reads the header of the asset.
    ///
    /// # Errors
    /// The asset is not an image that this build can read within the limits.
    pub(crate) fn new(work: &'a Work<'a>) -> Result<Self, Error> {
        let info = SourceInfo::new(Size::new(1, 1));
        let mut executor = Self {
            work,
            info,
            opened: RefCell::default(),
            decoded: Vec::new(),
            kept: Vec::new(),
            noted: Noted::default(),
            spent: Cost::default(),
            besides: 0,
        };
        executor.info = executor.examine(None, page(work.transformation))?;
        Ok(executor)
    }

    /// Returns the facts in the header of the asset.
    pub(crate) const fn info(&self) -> &SourceInfo {
        &self.info
    }

    /// Executes a plan completely.
    ///
    /// An alpha channel without transparent pixels is removed.
    pub(crate) fn run(&mut self, plan: &Plan) -> Result<Image, Error> {
        let image = match self.go_on(&plan.ops)? {
            planes @ Image::Planes(_) if !plan.output.keeps_profile() && self.converts_colors() => {
                planes.into_raster()?.into()
            }
            other => other,
        };
        let Image::Raster(raster) = image else { return Ok(image) };
        let raster = raster.settled();
        // A profile that was requested by an untaken branch, or revoked by a later step, is not needed.
        let raster = if plan.output.keeps_profile() { raster } else { raster.into_srgb() };
        Ok(raster.without_needless_alpha().into())
    }

    /// Returns the image after these operations, starting from the longest kept start of them.
    pub(super) fn advance(&mut self, ops: &[Op]) -> Result<Raster, Error> {
        self.go_on(ops)?.into_raster()
    }

    /// Returns the image after these operations in the form of the last operation.
    fn go_on(&mut self, ops: &[Op]) -> Result<Image, Error> {
        let (mut image, rest) = if let Some(at) = self.known(ops) {
            let (done, image) = self.kept.swap_remove(at);
            (image.into(), ops.get(done.len()..).unwrap_or_default())
        } else {
            let (first, rest) = ops.split_first().ok_or_else(|| internal_error("an empty plan"))?;
            (self.start(first)?, rest)
        };
        for op in rest {
            unless_stopped(self.work.stop)?;
            image = match image {
                Image::Planes(planes) if filter::works_in_planes(op, &planes) => {
                    cost::check_planes(op, &planes, self.held(), &self.work.rules.limits)?;
                    filter::apply_to_planes(op, planes, self.work.stop)?.into()
                }
                other => self.apply(op, other.into_raster()?)?.into(),
            };
        }
        Ok(image)
    }

    /// Executes the operation that starts a plan.
    fn start(&mut self, op: &Op) -> Result<Image, Error> {
        unless_stopped(self.work.stop)?;
        let limits = &self.work.rules.limits;
        let mut image = match op {
            Op::Decode { file, page, size } => self.decode(file.as_ref(), *page, *size).map(Image::from),
            Op::Thumbnail { file, wanted } => {
                let (reader, colors) = (self.open(file.as_ref())?, self.colors_of(file.as_ref()));
                fenced(|| thumbnail::thumbnail(&*reader, wanted, colors, self.work.scratch, limits, self.work.stop))
            }
            Op::Canvas { size, color } => filter::canvas(*size, *color, limits).map(Image::from),
            Op::Text { block, .. } => self.draw(block).map(Image::from),
            _ => Err(internal_error("a plan that starts with nothing")),
        }?;
        self.noted.add(image.take_notes(), self.work.rules.refuse_damaged)?;
        Ok(image)
    }

    /// Returns the facts in the header of a file, or those from the embedder's decoder.
    pub(super) fn examine(&mut self, file: Option<&AssetPath>, page: u32) -> Result<SourceInfo, Error> {
        let found = self.file(file)?;
        let Some((format, decoder)) = found.decoder else {
            return Ok(self.open(file)?.info().clone());
        };
        let image = extension::decode(self.work, decoder, found.bytes, page)?;
        let mut info = SourceInfo::new(image.size());
        info.format = format;
        info.alpha = image.channels() == Channels::Rgba;
        self.decoded.push((file.cloned(), page, image));
        Ok(info)
    }

    fn decode(&mut self, file: Option<&AssetPath>, page: u32, size: Size) -> Result<Raster, Error> {
        let found = self.file(file)?;
        let Some((format, decoder)) = found.decoder else {
            let fonts = self.work.extensions.the_fonts();
            let (reader, request) =
                (self.open(file)?, Request { page, size, colors: self.colors_of(file), fonts, stop: self.work.stop });
            return fenced(|| reader.decode(&request));
        };
        let known = self.decoded.iter().position(|(path, known, _)| path.as_ref() == file && *known == page);
        let image = match known {
            Some(at) => self.decoded.swap_remove(at).2,
            None => extension::decode(self.work, decoder, found.bytes, page)?,
        };
        // If a layer requests another page, the plan is for the first page.
        if image.size() == size { Ok(image) } else { Err(other_page(format)) }
    }

    /// Returns `true` for a file that can be decoded at any size.
    pub(crate) fn is_drawing(&self, file: Option<&AssetPath>) -> bool {
        self.reader(file).is_some_and(|reader| reader.info().vector)
    }

    /// Returns `true` for a file that can be reduced during decoding.
    pub(crate) fn shrinks(&self, file: Option<&AssetPath>) -> bool {
        // A file that planning has examined is already decoded.
        let seen = |(ops, _): &(Vec<Op>, Raster)| matches!(ops.first(), Some(Op::Decode { file: of, .. }) if of.as_ref() == file);
        !self.kept.iter().any(seen) && self.reader(file).is_some_and(|reader| reader.reducing().is_some())
    }

    /// Returns the header of a file that a built-in decoder reads.
    fn reader(&self, file: Option<&AssetPath>) -> Option<Rc<dyn Reader + 'a>> {
        let found = self.file(file).ok()?;
        if found.decoder.is_some() { None } else { self.open(file).ok() }
    }

    /// Reads the header of a file, once.
    ///
    /// # Errors
    /// The errors of [`registry::open`].
    pub(super) fn open(&self, path: Option<&AssetPath>) -> Result<Rc<dyn Reader + 'a>, Error> {
        let known = |(known, _): &&Opened<'a>| known.as_ref() == path;
        let opened = self.opened.borrow().iter().find(known).map(|(_, reader)| Rc::clone(reader));
        if let Some(reader) = opened {
            return Ok(reader);
        }
        let (file, limits) = (self.file(path)?, &self.work.rules.limits);
        let reader: Rc<dyn Reader + 'a> = Rc::from(fenced(|| registry::open(file.bytes, file.format, limits))?);
        self.opened.borrow_mut().push((path.cloned(), Rc::clone(&reader)));
        Ok(reader)
    }

    /// Renders the layer that an operation draws.
    pub(crate) fn layer(&mut self, op: &Op) -> Result<Option<Raster>, Error> {
        if let Op::Compose { layer, .. } = op {
            self.advance(&layer.ops).map(Raster::settled).map(Some)
        } else {
            Ok(None)
        }
    }

    pub(crate) fn apply(&mut self, op: &Op, image: Raster) -> Result<Raster, Error> {
        let limits = &self.work.rules.limits;
        cost::check_op(op, &image, self.held(), limits)?;
        let image = if op.traits(image.size()).keeps_colors { image } else { image.settled() };
        // A profile that is still present will be kept, so operations draw in its colour space.
        let profile = image.profile().cloned();
        let done = match op {
            Op::Effect { effect, to } => {
                let done = extension::effect(self.work, Effect::Ai(effect), image)?;
                if done.size() == *to {
                    Ok(done)
                } else {
                    Err(internal_error("an effect that changed its mind about the size"))
                }
            }
            Op::Extend { to, at, fill: Fill::Generated { prompt } } => {
                let clear = Color { opacity: 0, ..Color::BLACK };
                let size = image.size();
                let corner =
                    |at: i64| u32::try_from(at).map_err(|_| internal_error("an image that sticks out of its canvas"));
                let known = Rect { x: corner(at.x)?, y: corner(at.y)?, width: size.width, height: size.height };
                let canvas =
                    filter::apply(&Op::Extend { to: *to, at: *at, fill: Fill::Color(clear) }, image, self.work.stop)?;
                extension::effect(self.work, Effect::GenerativeFill { prompt: prompt.as_deref(), known }, canvas)
            }
            Op::Compose { layer, at, mix } => {
                // The base is held in memory while its layer is rendered.
                let overlay = self.advance(&layer.ops)?.settled();
                filter::compose(image, &overlay, *at, *mix)
            }
            op => filter::apply(op, image, self.work.stop),
        };
        done.map(|image| image.with_profile(profile))
    }

    /// Returns the colour space in which a file is decoded. Layers are in sRGB (chosen).
    fn colors_of(&self, file: Option<&AssetPath>) -> Colors {
        let kept = file.is_none() && self.work.transformation.edits().any(|edit| edit.encoding.keeps_profile());
        if kept { Colors::Kept } else { Colors::Srgb }
    }

    /// Returns `true` if the colours of the asset will be converted.
    pub(crate) fn converts_colors(&self) -> bool {
        let beyond = |reader: Rc<dyn Reader + 'a>| reader.profile().is_some_and(|profile| !profile.is_srgb());
        self.colors_of(None) == Colors::Srgb && self.open(None).is_ok_and(beyond)
    }

    /// Returns a file that a plan names.
    pub(crate) fn file(&self, path: Option<&AssetPath>) -> Result<File<'a>, Error> {
        let Some(path) = path else { return Ok(self.work.asset) };
        let found = self.work.files.iter().find(|(known, _)| *known == path);
        if let Some((_, file)) = found {
            return Ok(*file);
        }
        // A layer may show the asset itself. The error does not repeat the path.
        if path.as_str() == self.work.path {
            Ok(self.work.asset)
        } else {
            Err(Error::Origin { cause: OriginError::NotFound, origin: None, layer: true })
        }
    }

    #[cfg(feature = "own-fonts")]
    fn draw(&self, text: &TextBlock) -> Result<Raster, Error> {
        let file = |path: &AssetPath| self.file(Some(path)).map(|file| file.bytes);
        let book = FontBook::new(self.work.extensions.the_fonts(), &file);
        fenced_font(text, || text::draw(text, &book, &self.work.rules.limits))
    }

    #[cfg(feature = "own-fonts")]
    pub(super) fn measure(&self, text: &TextBlock) -> Result<Size, Error> {
        let file = |path: &AssetPath| self.file(Some(path)).map(|file| file.bytes);
        let book = FontBook::new(self.work.extensions.the_fonts(), &file);
        fenced_font(text, || text::measure(text, &book, &self.work.rules.limits))
    }

    #[cfg(not(feature = "own-fonts"))]
    #[expect(clippy::unused_self, reason = "fonts are looked up in it")]
    fn draw(&self, _: &TextBlock) -> Result<Raster, Error> {
        Err(crate::plan::PlanError::Unsupported { parameter: "l-text", reason: "needs the feature `text`" }.into())
    }

    #[cfg(not(feature = "own-fonts"))]
    pub(super) fn measure(&self, text: &TextBlock) -> Result<Size, Error> {
        self.draw(text).map(|image| image.size())
    }

    /// Returns the cost of operations that start from kept images.
    ///
    /// # Errors
    /// The errors of [`Reader::cost`].
    pub(super) fn cost(&self, ops: &[Op]) -> Result<(Cost, Size), Error> {
        let fonts = self.work.extensions.the_fonts();
        let mut start = |op: &Op| match op {
            // A decoder of the embedder is counted like an operation.
            Op::Decode { file, .. } if self.file(file.as_ref())?.decoder.is_some() => Ok(op.cost(Size::new(0, 0), 4)),
            Op::Decode { file, page, size } => {
                let request = Request { page: *page, size: *size, colors: Colors::Srgb, fonts, stop: self.work.stop };
                self.open(file.as_ref())?.cost(&request)
            }
            Op::Thumbnail { file, wanted } => thumbnail::cost(&*self.open(file.as_ref())?, wanted, self.work.stop),
            op => Ok(op.cost(Size::new(0, 0), 4)),
        };
        let (mut all, size) = total(ops, &mut start)?;
        if let Some(at) = self.known(ops)
            && let Some((done, _)) = self.kept.get(at)
        {
            all.work = all.work.saturating_sub(total(done, &mut start)?.0.work);
        }
        Ok((all, size))
    }

    /// Returns the index of the longest kept start of these operations.
    fn known(&self, ops: &[Op]) -> Option<usize> {
        let known = self.kept.iter().enumerate().filter(|(_, (done, _))| ops.starts_with(done));
        known.max_by_key(|(_, (done, _))| done.len()).map(|(at, _)| at)
    }

    /// Returns the bytes of all kept images, here and elsewhere.
    pub(crate) fn held(&self) -> u64 {
        let kept = self.kept.iter().map(|(_, image)| image);
        kept.chain(self.decoded.iter().map(|(_, _, image)| image))
            .map(|p| memory::len(p.samples()))
            .fold(self.besides, u64::saturating_add)
    }
}

/// Runs code that reads fonts. A font that a URL names is a source; others are those of the embedder or built in.
#[cfg(feature = "own-fonts")]
fn fenced_font<T>(text: &TextBlock, run: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    if matches!(text.font, FontChoice::File(_)) { fenced(run) } else { fenced_whole(run) }
}
