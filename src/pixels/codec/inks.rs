//! Pictures of cyan, magenta, yellow and black with a profile that says what these look like.
//!
//! The decoders of `image` turn ink into light by a formula that no printer knows. They are used where
//! there is no profile; where there is one, the inks are read here and looked up in it.

use std::io::Cursor;

use tiff::ColorType;
use tiff::decoder::{Decoder as TiffDecoder, DecodingResult};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::{jpeg, profile::Profile};
use crate::format::Format;
use crate::pixels::memory;
use crate::plan::Size;

/// The 8-bit sRGB samples of a file whose profile is for inks; `None` if it holds no inks, or is damaged.
///
/// Takes at most eight bytes a pixel.
pub(super) fn decode(file: &[u8], format: Format, size: Size, profile: &Profile) -> Option<Vec<u8>> {
    let convert = profile.inks()?;
    let mut samples = match format {
        Format::Jpeg => from_jpeg(file, size)?,
        Format::Tiff => from_tiff(file, size)?,
        _ => return None,
    };
    // Three samples take the place of four, from the front.
    let mut inks = [0; 4 * CHUNK];
    let mut colors = [0; 3 * CHUNK];
    let mut written = 0;
    for at in (0..samples.len()).step_by(inks.len()) {
        let count = (samples.len() - at).min(inks.len());
        let inks = inks.get_mut(..count)?;
        inks.copy_from_slice(samples.get(at..at + count)?);
        let colors = colors.get_mut(..count / 4 * 3)?;
        convert(inks, colors);
        samples.get_mut(written..written + colors.len())?.copy_from_slice(colors);
        written += colors.len();
    }
    samples.truncate(written);
    Some(samples)
}

/// Inks of a JPEG, 255 of each being all of it.
///
/// Adobe's files hold what is left of the paper instead, and say by their marker that they are Adobe's.
fn from_jpeg(file: &[u8], size: Size) -> Option<Vec<u8>> {
    let options = DecoderOptions::default().set_strict_mode(false).set_max_width(usize::MAX).set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    decoder.decode_headers().ok()?;
    let space = decoder.input_colorspace().filter(|space| matches!(space, ColorSpace::CMYK | ColorSpace::YCCK))?;
    decoder.set_options(options.jpeg_set_out_colorspace(space));
    let mut samples = memory::zeros(size.pixels().saturating_mul(4)).ok()?;
    if decoder.output_buffer_size() != Some(samples.len()) {
        return None;
    }
    decoder.decode_into(&mut samples).ok()?;
    let paper = jpeg::is_adobe(file);
    for pixel in samples.as_chunks_mut().0 {
        *pixel = match (*pixel, space) {
            ([y, cb, cr, k], ColorSpace::YCCK) => {
                // Red, green and blue are what the other three inks leave (T.872, 6.5.3).
                let [r, g, b] = light(y, cb, cr);
                [255 - r, 255 - g, 255 - b, k]
            }
            (inks, _) => inks,
        };
        if paper {
            *pixel = pixel.map(|sample| 255 - sample);
        }
    }
    Some(samples)
}

/// From luma and chroma (T.871, 7).
fn light(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let [y, cb, cr] = [f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0];
    [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb].map(|value| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "float casts saturate")]
        let level = (value + 0.5) as u8;
        level
    })
}

/// Inks of a TIFF, in pixels of four samples of 8 or 16 bits.
fn from_tiff(file: &[u8], size: Size) -> Option<Vec<u8>> {
    let mut decoder = TiffDecoder::new(Cursor::new(file)).ok()?;
    let bits = match decoder.colortype().ok()? {
        ColorType::CMYK(bits @ (8 | 16)) => u64::from(bits),
        _ => return None,
    };
    let bytes = size.pixels().saturating_mul(4 * bits / 8);
    let mut limits = tiff::decoder::Limits::default();
    limits.decoding_buffer_size = usize::try_from(bytes).ok()?;
    limits.intermediate_buffer_size = limits.decoding_buffer_size;
    let mut decoder = decoder.with_limits(limits);
    let inks = match decoder.read_image().ok()? {
        DecodingResult::U8(inks) => inks,
        DecodingResult::U16(inks) => inks.into_iter().map(super::decode::from_16_bit).collect(),
        _ => return None,
    };
    (memory::len(&inks) == size.pixels().saturating_mul(4)).then_some(inks)
}

/// Pixels that are converted at a time.
const CHUNK: usize = 1024;
