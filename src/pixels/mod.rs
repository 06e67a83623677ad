//! Pixels: a file and a transformation in, a file out. No network, no clock, no thread.
//!
//! ```text
//! bytes ── probe ──▶ facts ── plan ──▶ Plan ── fuse ──▶ Plan ── decode, ops ──▶ Picture ── encode ──▶ Encoded
//!                              ▲  │ trim
//!                              └──┘ Executor looks at pixels
//! ```
//!
//! A [`Picture`] is a [`Raster`] of red, green and blue, or the [`Planes`](planes::Planes) of a JPEG, as long as nothing
//! wants more than they hold.
//!
//! Laws: what a file claims to be is checked against [`Limits`](crate::Limits) by arithmetic before
//! memory is taken; no bytes and no plan make this panic; no metadata of the source reaches the result
//! that was not asked for.
//!
//! Missing in this version: palettes that lose colours for PNG, and of colours: curves of high dynamic range (PQ, HLG),
//! which are taken as sRGB, profiles in GIF and BMP, and keeping IPTC or what EXIF a TIFF or AVIF has.

mod animate;
mod bound;
mod codec;
mod extension;
mod fence;
mod inspect;
mod lab;
mod memory;
mod observe;
mod op;
mod output;
mod palette;
mod picture;
mod placeholder;
mod planes;
mod raster;
mod saliency;
mod scratch;
#[cfg(feature = "text")]
mod text;

use bytes::Bytes;

pub use self::bound::peak_memory;
pub use self::inspect::{Info, inspect};
pub use self::scratch::Scratch;

pub(crate) use self::bound::of_work as memory_of;

use self::codec::Settings;
use self::fence::fenced_whole;
use self::observe::Executor;
use self::picture::Picture;
use self::raster::Raster;
use crate::code::ErrorCode;
use crate::encoded::Encoded;
use crate::error::Error;
use crate::extend::Extensions;
use crate::format::Format;
use crate::note::Note;
use crate::path::AssetPath;
use crate::plan::{Facts, Plan, Rules, Size, SourceInfo, fuse, plan, rasterise};
use crate::policy::{self, Negotiation};
use crate::trace::{stage, tell};
use crate::transform::Transformation;

/// What [`transform`] needs to know besides the file and the transformation.
///
/// ```
/// use originkit::{Format, Options};
/// let mut options = Options::default();
/// options.accept = vec![Format::WebP]; // as if the browser had sent `Accept: image/webp`
/// options.rules.limits.pixels = 25_000_000;
/// assert_eq!(options.quality, 80);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// For planning, with every limit.
    pub rules: Rules,
    /// Quality of lossy formats where `q` is absent, 1 to 100.
    pub quality: u8,
    /// JPEGs with halved chroma planes: a fifth smaller.
    pub chroma_420: bool,
    /// Encoders spend time for bytes, see [`Settings::smallest`](crate::Settings).
    pub smallest: bool,
    /// Formats that may be chosen besides JPEG and PNG where `f` names none.
    pub accept: Vec<Format>,
    /// Files that layers may name: overlays and fonts.
    pub files: Vec<(AssetPath, Bytes)>,
    /// Detectors, effects, fonts and decoders.
    pub extensions: Extensions,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rules: Rules::default(),
            quality: 80,
            chroma_420: true,
            smallest: false,
            accept: Vec::new(),
            files: Vec::new(),
            extensions: Extensions::new(),
        }
    }
}

/// Transforms a picture that one already has: a URL's transformation without the URL.
///
/// The result is as for a request: the smallest of the formats allowed, upright, without metadata.
///
/// ```
/// # fn picture() -> Vec<u8> { b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xFF\0\0\xFF\0\0\xFF\0\0\0\xFF\0\0\0".to_vec() }
/// use originkit::{Format, Options};
/// use originkit::plan::Size;
///
/// let bytes = picture(); // 2x2
/// let result = originkit::transform(&bytes, &"w-8,h-4,f-webp".parse()?, &Options::default())?;
/// assert_eq!((result.format, result.size), (Format::WebP, Size::new(8, 4)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The bytes are no picture that this build reads, a limit is passed, or the transformation asks for
/// what this build lacks, or a layer names a file that is not among [`Options::files`]: there is no origin to
/// ask.
pub fn transform(bytes: &[u8], wanted: &Transformation, options: &Options) -> Result<Encoded, Error> {
    transform_with(&mut Scratch::once(), bytes, wanted, options)
}

/// The same with memory that is used again: for whoever transforms many pictures, see [`Scratch`].
///
/// # Errors
/// As [`transform`].
pub fn transform_with(
    scratch: &mut Scratch,
    bytes: &[u8],
    wanted: &Transformation,
    options: &Options,
) -> Result<Encoded, Error> {
    with_work(scratch, bytes, wanted, options, render)
}

/// Does something with a picture that one already has.
fn with_work<T>(
    scratch: &mut Scratch,
    bytes: &[u8],
    wanted: &Transformation,
    options: &Options,
    act: impl FnOnce(&Work<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let negotiation = Negotiation {
        accepts_webp: options.accept.contains(&Format::WebP),
        accepts_avif: options.accept.contains(&Format::Avif),
        best_format: true,
        avif: options.accept.contains(&Format::Avif),
        quality: options.quality,
        chroma_420: options.chroma_420,
        smallest: options.smallest,
    };
    act(&Work {
        asset: bytes,
        path: "",
        files: options.files.iter().map(|(path, bytes)| (path, bytes.as_ref())).collect(),
        transformation: wanted,
        rules: &options.rules,
        negotiation: &negotiation,
        still: false,
        passes: false,
        extensions: &options.extensions,
        seed: 0,
        scratch,
    })
}

/// Everything that a picture is made from.
#[derive(Debug)]
pub(crate) struct Work<'a> {
    /// The file.
    pub(crate) asset: &'a [u8],
    /// Its path.
    pub(crate) path: &'a str,
    /// Files that layers name.
    pub(crate) files: Vec<(&'a AssetPath, &'a [u8])>,
    /// What is to be done.
    pub(crate) transformation: &'a Transformation,
    pub(crate) rules: &'a Rules,
    pub(crate) negotiation: &'a Negotiation,
    /// Is one picture wanted, a JPEG unless the transformation says otherwise?
    pub(crate) still: bool,
    /// Is a file that cannot be read delivered as it is?
    pub(crate) passes: bool,
    pub(crate) extensions: &'a Extensions,
    /// For effects that invent something.
    pub(crate) seed: u64,
    pub(crate) scratch: &'a Scratch,
}

/// Plans, carries out and encodes.
///
/// An image that cannot be read passes as it is, where nothing was to be done with it: a browser may be able to.
pub(crate) fn render(work: &Work<'_>) -> Result<Encoded, Error> {
    let result = fenced_whole(|| make(work));
    let is_unreadable = |error: &Error| matches!(error.code(), ErrorCode::Format | ErrorCode::Unsupported);
    match (result, Format::sniff(work.asset)) {
        (Err(error), Some(format))
            if work.passes
                && !work.rules.refuse_damaged
                && is_unreadable(&error)
                && format.is_image()
                && format != Format::Svg =>
        {
            tell!("note", note = Note::Unread.to_string(), cause = error.to_string());
            let bytes = Bytes::copy_from_slice(work.asset);
            // Nobody knows its size.
            Ok(Encoded::new(bytes, format, Size::new(1, 1)).with_notes([Note::Unread]))
        }
        (result, _) => result,
    }
}

fn make(work: &Work<'_>) -> Result<Encoded, Error> {
    if Format::sniff(work.asset) == Some(Format::Svg) && policy::keeps_svg(work.transformation, work.still) {
        return untouched_svg(work);
    }
    let mut prepared = {
        let _stage = stage!("plan");
        prepare(work)?
    };
    if prepared.plan.output.original == Some(true) {
        let SourceInfo { format, size, .. } = prepared.source;
        return Ok(Encoded::new(Bytes::copy_from_slice(work.asset), format, size));
    }
    let stage = stage!("draw", ops = prepared.fused.ops.len());
    let animation = animate::animation(work, &mut prepared.executor, &prepared.plan, &prepared.settings)?;
    if let Some(encoded) = animation {
        return Ok(encoded.with_notes(prepared.executor.notes));
    }
    let picture = prepared.executor.run(&prepared.fused)?;
    drop(stage);
    let candidates = prepared.candidates(work, picture.is_transparent());
    let Prepared { plan, source, settings, executor, .. } = &prepared;
    let file = output::Source { bytes: work.asset, info: source };
    let encoded = output::smallest(picture, &candidates, plan, settings, &file, &work.rules.limits)?;
    Ok(encoded.with_notes(executor.notes.iter().cloned()))
}

/// What is known before the first pixel is decoded for the result.
struct Prepared<'a> {
    executor: Executor<'a>,
    source: SourceInfo,
    /// As it was made: animations are carried out like that.
    plan: Plan,
    /// As a still is made.
    fused: Plan,
    settings: Settings,
}

fn prepare<'a>(work: &'a Work<'a>) -> Result<Prepared<'a>, Error> {
    let rules = work.rules;
    let mut executor = Executor::new(work)?;
    let plan = plan(work.transformation, &mut executor, rules)?;
    plan.executable()?;
    let source = executor.info().clone();
    let plan = rasterise(plan, &|file| executor.is_drawing(file), &rules.limits);
    let settings = output::settings(&plan, work.negotiation, &output::Source { bytes: work.asset, info: &source });
    let fused = plan.clone();
    let mut prepared = Prepared { executor, source, plan, fused, settings };
    let in_planes = |format: &Format| codec::takes_planes(*format, &prepared.settings);
    let halved = prepared.candidates(work, false).iter().all(in_planes) && !prepared.executor.converts_colors();
    let facts = Facts { shrinks: &|file| prepared.executor.shrinks(file), halved };
    prepared.fused = fuse(prepared.plan.clone(), rules.fusion, &facts);
    Ok(prepared)
}

impl Prepared<'_> {
    /// The formats that are tried.
    fn candidates(&self, work: &Work<'_>, transparent: bool) -> Vec<Format> {
        match self.plan.output.format {
            None if work.still => vec![Format::Jpeg],
            _ => work.negotiation.candidates(&self.plan.output, self.source.format, transparent),
        }
    }
}

/// An SVG as a delivery has it: itself, and harmless. The original is the original.
fn untouched_svg(work: &Work<'_>) -> Result<Encoded, Error> {
    #[cfg(feature = "sanitize")]
    {
        let mut encoded = crate::svg::passed(work.asset, work.rules)?;
        if work.transformation.wants_original() {
            encoded.bytes = Bytes::copy_from_slice(work.asset);
        }
        Ok(encoded)
    }
    #[cfg(not(feature = "sanitize"))]
    {
        // Nobody here can read it, not even its size.
        let bytes = Bytes::copy_from_slice(work.asset);
        Ok(Encoded::new(bytes, Format::Svg, Size::new(1, 1)))
    }
}

/// A failure of our own: a plan that does not fit its picture, an encoder that gives up.
fn broken(message: impl Into<String>) -> Error {
    Error::Pixels { code: ErrorCode::Unidentified, message: message.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Render, Source};
    use crate::order::Job;

    fn run(text: &str, thumbnail: bool, sources: Vec<Bytes>) -> Result<Format, ErrorCode> {
        let negotiation = Negotiation {
            accepts_webp: false,
            accepts_avif: false,
            best_format: true,
            avif: false,
            quality: 80,
            chroma_420: false,
            smallest: false,
        };
        let job = Job {
            transformation: text.parse().unwrap(),
            rules: Rules::default(),
            negotiation,
            thumbnail,
            passes: false,
            video: Vec::new(),
            sanitize: false,
            extensions: Extensions::new(),
            seed: 0,
        };
        let path = AssetPath::from_text("a.png").unwrap();
        let sources = sources.into_iter().map(|bytes| Source { path: path.clone(), bytes }).collect();
        Render { job: job.into(), sources }.run().result().map(|encoded| encoded.format).map_err(Error::code)
    }

    #[test]
    fn a_still_is_a_jpeg_unless_told_otherwise() {
        let mut bytes = Vec::new();
        // Transparent, so a PNG but for the still.
        let dot = image::RgbaImage::from_pixel(1, 1, image::Rgba([9, 9, 9, 0]));
        dot.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
        let sources = vec![Bytes::from(bytes)];
        assert_eq!(run("w-2", false, sources.clone()), Ok(Format::Png));
        assert_eq!(run("w-2", true, sources.clone()), Ok(Format::Jpeg));
        assert_eq!(run("w-2,f-png", true, sources), Ok(Format::Png));
        assert_eq!(run("w-2", false, Vec::new()), Err(ErrorCode::Format));
    }
}
