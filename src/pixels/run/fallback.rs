//! The response to a request whose image cannot be rendered.

use bytes::Bytes;

use super::render::{Admit, render};
use super::work::Work;
use crate::code::ErrorCode;
use crate::encoded::Encoded;
use crate::error::Error;
use crate::format::Format;
use crate::note::Note;
use crate::pixels::base::fenced_whole;
use crate::plan::Size;
use crate::trace::event;

/// Renders. A panic becomes an error of this request. An image that cannot be read is passed on unchanged if the
/// transformation does nothing with it, because a browser may be able to show it.
///
/// # Errors
/// The errors of [`render`].
pub(crate) fn render_or_pass(work: &Work<'_>, admit: Option<&Admit<'_>>) -> Result<Encoded, Error> {
    let result = fenced_whole(|| render(work, admit));
    // After a stop, every error counts as caused by it.
    let result = result.map_err(|error| if work.stop.is_stopped() { Error::Stopped } else { error });
    let is_unreadable = |error: &Error| matches!(error.code(), ErrorCode::Format | ErrorCode::Unsupported);
    match (result, work.asset.format) {
        (Err(error), Some(format))
            if work.passes
                && !work.rules.refuse_damaged
                && is_unreadable(&error)
                && format.is_image()
                && format != Format::Svg =>
        {
            event!("note", note = Note::Unread.to_string(), cause = error.to_string());
            let bytes = Bytes::copy_from_slice(work.asset.bytes);
            // The size is unknown.
            Ok(Encoded::new(bytes, format, Size::new(1, 1)).with_notes([Note::Unread]))
        }
        (result, _) => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::{Render, Source};
    use crate::extend::Extensions;
    use crate::order::RenderSpec;
    use crate::path::AssetPath;
    use crate::plan::Rules;
    use crate::policy::Negotiation;

    fn run(text: &str, thumbnail: bool, sources: Vec<Bytes>) -> Result<Format, ErrorCode> {
        let negotiation = Negotiation {
            accepts_webp: false,
            accepts_avif: false,
            best_format: true,
            avif: false,
            avif_after_answer: false,
            quality: 80,
            chroma_420: false,
            smallest: false,
        };
        let job = RenderSpec {
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
        Render {
            job: job.into(),
            sources,
            stop: crate::stop::Stop::new(),
            interim: false,
            span: crate::trace::Span::none(),
        }
        .run()
        .result()
        .map(|encoded| encoded.format)
        .map_err(Error::code)
    }

    #[test]
    fn a_still_is_a_jpeg_unless_told_otherwise() {
        let mut bytes = Vec::new();
        // The image is transparent, so the result is a PNG except for the still.
        let dot = image::RgbaImage::from_pixel(1, 1, image::Rgba([9, 9, 9, 0]));
        dot.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
        let sources = vec![Bytes::from(bytes)];
        assert_eq!(run("w-2", false, sources.clone()), Ok(Format::Png));
        assert_eq!(run("w-2", true, sources.clone()), Ok(Format::Jpeg));
        assert_eq!(run("w-2,f-png", true, sources), Ok(Format::Png));
        assert_eq!(run("w-2", false, Vec::new()), Err(ErrorCode::Format));
    }
}
