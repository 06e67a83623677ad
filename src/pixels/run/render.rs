//! One render: header, plan, fuse, decode, filters, encode.

use bytes::Bytes;

use super::animate;
use super::choose_format;
use super::executor::Executor;
use super::work::Work;
use crate::code::ErrorCode;
use crate::encoded::Encoded;
use crate::error::Error;
use crate::format::Format;
use crate::note::Note;
use crate::pixels::base::fence::fenced_whole;
use crate::pixels::codec::attachments::Attachments;
use crate::pixels::codec::encoder::{Encoder, Settings};
use crate::pixels::codec::registry;
use crate::plan::{Facts, Plan, Size, SourceInfo, fuse, plan, rasterise};
use crate::policy;
use crate::trace::{stage, tell};

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
    let attached = Attachments::of(executor.open(None).ok().as_deref(), source, plan);
    let encoded = choose_format::smallest(picture, &candidates, plan, settings, &attached, &work.rules.limits)?;
    Ok(encoded.with_notes(executor.notes.iter().cloned()))
}

/// What is known before the first pixel is decoded for the result.
pub(crate) struct Prepared<'a> {
    pub(super) executor: Executor<'a>,
    pub(super) source: SourceInfo,
    /// As it was made: animations are carried out like that.
    pub(super) plan: Plan,
    /// As a still is made.
    pub(super) fused: Plan,
    pub(super) settings: Settings,
}

pub(crate) fn prepare<'a>(work: &'a Work<'a>) -> Result<Prepared<'a>, Error> {
    let rules = work.rules;
    let mut executor = Executor::new(work)?;
    let plan = plan(work.transformation, &mut executor, rules)?;
    plan.executable()?;
    let source = executor.info().clone();
    let plan = rasterise(plan, &|file| executor.is_drawing(file), &rules.limits);
    let quality = || executor.open(None).ok()?.quality();
    let settings = choose_format::settings(&plan, work.negotiation, quality);
    let fused = plan.clone();
    let mut prepared = Prepared { executor, source, plan, fused, settings };
    let takes_planes = |encoder: &dyn Encoder| encoder.takes_planes(&prepared.settings);
    let in_planes = |format: &Format| registry::encoder(*format).is_some_and(takes_planes);
    let halved = prepared.candidates(work, false).iter().all(in_planes) && !prepared.executor.converts_colors();
    let facts = Facts { shrinks: &|file| prepared.executor.shrinks(file), halved };
    prepared.fused = fuse(prepared.plan.clone(), rules.fusion, &facts);
    Ok(prepared)
}

impl Prepared<'_> {
    /// The formats that are tried.
    pub(super) fn candidates(&self, work: &Work<'_>, transparent: bool) -> Vec<Format> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Render, Source};
    use crate::extend::Extensions;
    use crate::order::Job;
    use crate::path::AssetPath;
    use crate::plan::Rules;
    use crate::policy::Negotiation;

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
