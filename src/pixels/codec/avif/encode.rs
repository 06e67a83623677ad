//! AVIF encoding, by `ravif`.

use ravif::{Encoder as Ravif, Img, RGB8, RGBA8};

use crate::cost::Cost;
use crate::error::Error;
use crate::limits::Limits;
use crate::pixels::base::{Channels, internal_error};
use crate::pixels::codec::attachments::Attachments;
use crate::pixels::codec::encoder::{Encoder, Settings, Side};
use crate::pixels::raster::{Image, Raster};
use crate::plan::Size;

/// The AVIF encoder.
pub(super) struct AvifEncoder;

impl Encoder for AvifEncoder {
    fn longest_side(&self, _: &Limits) -> Side {
        Side("pixels on a side of an AVIF", Side::IN_16_BITS)
    }

    /// Covers planes of 16 bits, and the data that the encoder keeps for each block, since it tries many variants.
    fn cost(&self, size: Size, _alpha: bool, settings: &Settings) -> Cost {
        /// Several copies of the probability contexts (measured).
        const CONTEXTS: u64 = 8 * 1024 * 1024;
        // Measured on noise. The output is kept symbol by symbol until the end.
        let (bytes, tenths) = match settings.quality {
            0..=90 => (96, 10),
            91..=95 => (144, 11),
            96..=98 => (256, 13),
            99.. => (480, 20),
        };
        Cost::each(size.pixels(), bytes, effort(size).1 * tenths / 10).holding(CONTEXTS)
    }

    fn encode(&self, image: &Image, settings: &Settings, _: &Attachments) -> Result<Vec<u8>, Error> {
        encode(&*image.pixels()?, settings)
    }
}

fn encode(image: &Raster, settings: &Settings) -> Result<Vec<u8>, Error> {
    let size = image.size();
    let side = |side: u32| usize::try_from(side).map_err(|_| internal_error("out of address space"));
    let (width, height) = (side(size.width)?, side(size.height)?);
    let quality = quality(settings.quality);
    let encoder = Ravif::new()
        .with_quality(quality)
        .with_alpha_quality(quality)
        .with_speed(effort(size).0)
        .with_num_threads(Some(1));
    let samples = image.samples();
    let file = match image.channels() {
        Channels::Rgb => {
            let pixels: Vec<RGB8> = samples.chunks_exact(3).filter_map(rgb).collect();
            encoder.encode_rgb(Img::new(&pixels, width, height))
        }
        Channels::Rgba => {
            let pixels: Vec<RGBA8> = samples.chunks_exact(4).filter_map(rgba).collect();
            encoder.encode_rgba(Img::new(&pixels, width, height))
        }
    };
    Ok(file.map_err(|e| internal_error(format!("AVIF encoder: {e}")))?.avif_file)
}

fn rgb(pixel: &[u8]) -> Option<RGB8> {
    let &[r, g, b] = pixel else { return None };
    Some(RGB8::new(r, g, b))
}

fn rgba(pixel: &[u8]) -> Option<RGBA8> {
    let &[r, g, b, a] = pixel else { return None };
    Some(RGBA8::new(r, g, b, a))
}

/// Returns the encoder's quality that corresponds visually to this JPEG quality.
fn quality(quality: u8) -> f32 {
    f32::from(quality.clamp(1, 100))
}

/// Returns the speed, from 1 to 10, at which an image takes a few seconds at most, and the units of computing for a
/// pixel at this speed.
fn effort(size: Size) -> (u8, u64) {
    match size.pixels() {
        0..=250_000 => (6, 5000),
        250_001..=1_000_000 => (8, 4500),
        _ => (10, 1300),
    }
}
