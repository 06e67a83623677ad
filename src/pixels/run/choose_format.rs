//! Choosing a format: the one in which the file is smallest, found from a sample of the image or by trying all.

use bytes::Bytes;

use super::output_spec::Candidate;
use super::sample::{is_poorer, sample};
use crate::code::ErrorCode;
use crate::encoded::Encoded;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::pixels::base::memory::len;
use crate::pixels::base::{Channels, unless_stopped, unsupported};
use crate::pixels::codec::attachments::Attachments;
use crate::pixels::codec::encoder::{Encoder, Settings};
use crate::pixels::filter;
use crate::pixels::raster::Image;
use crate::trace::span;
use crate::transform::Color;

/// The inputs of the encoders, except for the image.
pub(super) struct Choice<'a> {
    /// Whether AVIF is left out if it would be chosen, for [`Encoded::is_interim`].
    pub(super) interim: bool,
    /// The colour behind an image in formats without transparency.
    pub(super) matte: Color,
    pub(super) settings: &'a Settings,
    pub(super) attached: &'a Attachments,
    pub(super) limits: &'a Limits,
}

/// A format and its encoder, which can write the image.
type Able = (Format, &'static dyn Encoder);

impl Choice<'_> {
    /// Encodes an image in the format with the smallest result. On a tie the first format wins.
    ///
    /// Candidates that cannot hold the image, or that this build cannot write, are skipped if there is another. Those
    /// whose files would be larger, as a sample tells, are not written, unless
    /// [`Settings::smallest`](crate::Settings::smallest) is on.
    ///
    /// # Errors
    /// No candidate can be written. The error is that of the first one.
    pub(super) fn encode(&self, image: Image, candidates: &[Candidate]) -> Result<Encoded, Error> {
        let mut refused = None;
        let mut able = Vec::new();
        for (format, encoder) in candidates {
            match self.able(*format, *encoder, &image) {
                Ok(encoder) => able.push((*format, encoder)),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        let size = image.size();
        let mut image = image;
        let mut best: Option<(Format, Vec<u8>)> = None;
        let is_avif = |(format, _): &Able| *format == Format::Avif;
        let mut left = self.likely(&image, able.clone())?;
        let is_interim = self.interim && left.iter().any(is_avif) && !able.iter().all(is_avif);
        if is_interim {
            able.retain(|able| !is_avif(able));
            left = self.likely(&image, able)?;
        }
        // The image is converted in place: to pixels after it was written from planes, and flattened at the end.
        let planes = matches!(image, Image::Planes(_));
        left.sort_by_key(
            |(format, encoder)| {
                if planes { !encoder.takes_planes(self.settings) } else { !format.has_alpha() }
            },
        );
        for (format, encoder) in left {
            image = self.fitted(image, format, encoder)?;
            unless_stopped(&self.settings.stop)?;
            let _stage = span!("encode", format = format.extension());
            let bytes = encoder.encode(&image, self.settings, self.attached)?;
            if let Err(error) = LimitError::check("bytes of the result", len(&bytes), self.limits.result_bytes) {
                refused = refused.or(Some(error.into()));
                continue;
            }
            let rank = |format: Format, bytes: &[u8]| (bytes.len(), candidates.iter().position(|(c, _)| *c == format));
            if best.as_ref().is_none_or(|(other, held)| rank(format, &bytes) < rank(*other, held)) {
                best = Some((format, bytes));
            }
        }
        match best {
            Some((format, bytes)) => Ok(Encoded { is_interim, ..Encoded::new(Bytes::from(bytes), format, size) }),
            None => Err(refused.unwrap_or(Error::Pixels {
                code: ErrorCode::Unidentified,
                message: "there is no format to write".to_owned(),
            })),
        }
    }

    /// Returns the encoder of a format, if it can write this image.
    ///
    /// # Errors
    /// This build has no encoder for the format, or the image exceeds a limit.
    fn able(
        &self,
        format: Format,
        encoder: Option<&'static dyn Encoder>,
        image: &Image,
    ) -> Result<&'static dyn Encoder, Error> {
        let encoder = encoder.ok_or_else(|| unsupported(format!("this build cannot write {format}")))?;
        let size = image.size();
        encoder.longest_side(self.limits).check(size)?;
        encoder.cost(size, has_alpha(image), self.settings).holding(image.bytes()).check(self.limits)?;
        Ok(encoder)
    }

    /// Converts an image to what an encoder takes.
    fn fitted(&self, image: Image, format: Format, encoder: &dyn Encoder) -> Result<Image, Error> {
        // Beside a format that takes no planes, a JPEG is decoded as it is, maybe with whole chroma.
        if matches!(&image, Image::Planes(planes) if planes.is_chroma_420()) && encoder.takes_planes(self.settings) {
            return Ok(image);
        }
        let mut raster = image.into_raster()?;
        if !format.has_alpha() {
            raster = filter::flatten(raster, Color { opacity: 100, ..self.matte });
        }
        if !encoder.holds_profile() {
            raster = raster.into_srgb();
        }
        Ok(raster.into())
    }

    /// Returns the candidates to try: the one whose file is probably the smallest, and those that may be smaller and
    /// cost little beside it. With [`Settings::smallest`](crate::Settings::smallest) these are all.
    ///
    /// Measured with quality 80, without AVIF, on 914 results of photographs, wallpapers, screenshots, drawings and logos
    /// up to 900 pixels wide: 1.0001 times the bytes of the smallest files on average, and 1.06 times in the worst case.
    fn likely(&self, image: &Image, candidates: Vec<Able>) -> Result<Vec<Able>, Error> {
        if candidates.len() < 2 || self.settings.smallest {
            return Ok(candidates);
        }
        let Some(sample) = sample(image)? else { return Ok(candidates) };
        let _stage = span!("choose", pixels = sample.size().pixels());
        let mut expected = Vec::new();
        for (format, encoder) in &candidates {
            if *format == Format::Avif {
                continue;
            }
            unless_stopped(&self.settings.stop)?;
            let fitted = self.fitted(sample.clone(), *format, *encoder)?;
            let bytes = len(&encoder.encode(&fitted, self.settings, &Attachments::default())?);
            let body = bytes.saturating_sub(head(*format)).saturating_mul(image.size().pixels());
            expected.push((*format, body / sample.size().pixels().max(1)));
        }
        let webp = expected.iter().find(|(format, _)| *format == Format::WebP).map(|(_, body)| *body);
        let bytes = |format: Format| {
            let own = expected.iter().find(|(other, _)| *other == format).map(|(_, body)| *body);
            let body = match format {
                // A sample in AVIF takes about as long as the whole image in WebP. Its share of the bytes of WebP is the
                // median of 96 images (0.84 for photographs, 0.87 for drawings, 0.89 for cut-outs; 0.55 to 1.52), and so
                // near that WebP is tried too, unless alpha makes that dear.
                Format::Avif => webp.map(|body| body / 20 * 17),
                Format::WebP => own,
                // The borders between the parts of a sample cost WebP more than others.
                _ => own.map(|body| body + body / 10),
            };
            body.map_or(0, |body| head(format) + body)
        };
        let guesses = candidates.iter().map(|able| (able, bytes(able.0)));
        let Some((&(format, first), least)) = guesses.min_by_key(|(_, bytes)| *bytes) else {
            return Ok(candidates);
        };
        if is_lossless(format) && is_poorer(&sample, image) {
            return Ok(candidates);
        }
        let work = |encoder: &dyn Encoder| encoder.cost(image.size(), has_alpha(image), self.settings).work;
        let likely = candidates.into_iter().filter(|(format, encoder)| {
            let more = bytes(*format) - least;
            more == 0 || (more <= least / 4 && work(*encoder) <= work(first) / 8)
        });
        Ok(likely.collect())
    }
}

fn has_alpha(image: &Image) -> bool {
    matches!(image, Image::Raster(raster) if raster.channels() == Channels::Rgba)
}

/// Returns whether a format keeps every pixel, so that its files grow most with detail.
const fn is_lossless(format: Format) -> bool {
    matches!(format, Format::Png | Format::Gif)
}

/// Returns the bytes of a file that do not grow with the image, about: headers, tables of codes and probabilities.
const fn head(format: Format) -> u64 {
    match format {
        Format::Jpeg => 450,
        Format::Avif => 300,
        Format::WebP => 150,
        _ => 100,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::codec::registry;
    use crate::pixels::raster::{Planes, Raster};
    use crate::plan::Size;

    const SIZE: Size = Size::new(640, 480);

    fn raster(pixel: impl Fn(u32, u32) -> [u8; 3]) -> Image {
        let samples = (0..SIZE.height).flat_map(|y| (0..SIZE.width).flat_map(move |x| [x, y]).collect::<Vec<_>>());
        let places = samples.collect::<Vec<_>>();
        let samples = places.as_chunks::<2>().0.iter().flat_map(|[x, y]| pixel(*x, *y)).collect();
        Raster::new(SIZE, Channels::Rgb, samples).unwrap().into()
    }

    /// Waves, as the colours of a photograph.
    fn waves(x: u32, y: u32) -> [u8; 3] {
        let wave = |length: f32, phase: f32| {
            ((x as f32 / length).sin() * (y as f32 / 31.0 + phase).cos()).mul_add(90.0, 128.0)
        };
        [wave(23.0, 0.0) as u8, wave(17.0, 1.0) as u8, wave(40.0, 2.0) as u8]
    }

    /// A table with text, in three colours.
    fn table(x: u32, y: u32) -> [u8; 3] {
        match (
            x.is_multiple_of(80) || y.is_multiple_of(24),
            (x % 7 < 2) && (y % 24 > 8) && (x * 31 + y / 24 * 17) % 5 < 3,
        ) {
            (true, _) => [160; 3],
            (_, true) => [20, 20, 60],
            _ => [255; 3],
        }
    }

    /// A white page with a photograph that no part of a sample shows.
    fn page(x: u32, y: u32) -> [u8; 3] {
        if (270..360).contains(&y) { waves(x, y) } else { [255; 3] }
    }

    fn settings(smallest: bool) -> Settings {
        Settings { smallest, ..Settings::usual() }
    }

    #[test]
    fn planes_of_either_chroma_are_written_in_every_format() {
        let (limits, attached) = (Limits::default(), Attachments::default());
        let whole = raster(waves).into_raster().unwrap();
        for (smallest, chroma_420) in [(false, false), (false, true), (true, false), (true, true)] {
            let settings = Settings { chroma_420, ..settings(smallest) };
            let choice = Choice {
                interim: false,
                matte: Color::BLACK,
                settings: &settings,
                attached: &attached,
                limits: &limits,
            };
            for halved in [false, true] {
                let image = Image::from(Planes::of(&whole, halved).unwrap());
                let written = [Format::WebP, Format::Jpeg, Format::Png, Format::Gif].map(|format| {
                    let candidates = [(format, registry::encoder(format))];
                    choice.encode(image.clone(), &candidates).unwrap().bytes.len()
                });
                let candidates = [Format::Png, Format::Jpeg, Format::WebP].map(|it| (it, registry::encoder(it)));
                let chosen = choice.encode(image, &candidates).unwrap();
                assert_eq!(chosen.bytes.len(), written[0].min(written[1]), "{smallest} {chroma_420} {halved}");
            }
        }
    }

    #[test]
    fn detail_that_the_sample_missed_does_not_make_a_large_file() {
        let (limits, attached, settings) = (Limits::default(), Attachments::default(), settings(false));
        let choice =
            Choice { interim: false, matte: Color::BLACK, settings: &settings, attached: &attached, limits: &limits };
        let candidates = [Format::Jpeg, Format::Png].map(|format| (format, registry::encoder(format)));
        let [jpeg, png] = candidates.map(|it| choice.encode(raster(page), &[it]).unwrap().bytes.len());
        assert!(jpeg * 2 < png, "{jpeg} {png}");
        assert_eq!(choice.encode(raster(page), &candidates).unwrap().bytes.len(), jpeg);
    }

    #[test]
    fn a_choice_writes_fewer_files_and_is_as_small_as_the_smallest() {
        let limits = Limits::default();
        let attached = Attachments::default();
        let candidates = [Format::WebP, Format::Jpeg, Format::Png].map(|format| (format, registry::encoder(format)));
        let able = candidates.map(|(format, encoder)| (format, encoder.unwrap()));
        // Without libwebp, WebP has no lossy form.
        let lossy = if cfg!(feature = "webp-lossy") { Format::WebP } else { Format::Jpeg };
        for (name, image, best) in [("waves", raster(waves), lossy), ("table", raster(table), Format::Png)] {
            let settings = settings(false);
            let choice = Choice {
                interim: false,
                matte: Color::BLACK,
                settings: &settings,
                attached: &attached,
                limits: &limits,
            };
            let alone = candidates.map(|candidate| choice.encode(image.clone(), &[candidate]).unwrap());
            let least = alone.iter().min_by_key(|encoded| encoded.bytes.len()).unwrap();
            let likely = choice.likely(&image, able.to_vec()).unwrap();
            let chosen = choice.encode(image, &candidates).unwrap();
            assert_eq!((least.format, chosen.format, chosen.bytes.len()), (best, best, least.bytes.len()), "{name}");
            assert!(likely.len() < 3, "{name}: {}", likely.len());
        }
    }
}
