//! TIFFs of cyan, magenta, yellow and black with a profile that says how these look.
//!
//! The decoder of `image` turns ink into light by a formula that no printer knows. It is used where there is no
//! profile; where there is one, the inks are read here and looked up in it.

use std::io::Cursor;

use tiff::ColorType;
use tiff::decoder::{Decoder as TiffDecoder, DecodingResult};

use super::profile::Profile;
use crate::format::Format;
use crate::pixels::memory;
use crate::plan::Size;

/// The 8-bit sRGB samples of a file whose profile is for inks; `None` if it holds no inks, or is damaged.
///
/// Takes at most eight bytes a pixel.
pub(super) fn decode(file: &[u8], format: Format, size: Size, profile: &Profile) -> Option<Vec<u8>> {
    let convert = profile.inks()?;
    let mut samples = match format {
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
