//! Decoding of AV1 data to planes, for single frames and sequences.

use re_rav1d::dav1d::pixel::YUVRange;
use re_rav1d::dav1d::{Decoder, Picture, PixelLayout, PlanarImageComponent};

use super::color::{Planes, Sampling};
use super::{color, unread};
use crate::error::Error;
use crate::format::Format;
use crate::pixels::base::{damaged, internal_error};
use crate::plan::Size;

/// A decoder of the frames of a sequence, in order.
pub(crate) struct Frames {
    decoder: Decoder,
    size: Size,
}

impl Frames {
    /// Returns a decoder for frames of this size.
    pub(crate) fn new(size: Size) -> Result<Self, Error> {
        let mut settings = re_rav1d::dav1d::Settings::new();
        settings.set_n_threads(1);
        settings.set_max_frame_delay(1);
        settings.set_all_layers(false);
        settings.set_frame_size_limit(u32::try_from(size.pixels()).unwrap_or(u32::MAX));
        let decoder = Decoder::with_settings(&settings).map_err(|_| damaged(Format::Avif))?;
        Ok(Self { decoder, size })
    }

    /// Decodes the data of one frame. Its size must be that of the container.
    pub(crate) fn decode(&mut self, data: Vec<u8>) -> Result<Planes, Error> {
        /// The maximum number of layers of an image. The decoder returns each of them.
        const ROUNDS: usize = 16;
        let failed = |_| damaged(Format::Avif);
        let mut sent = self.decoder.send_data(data, None, None, None);
        for _ in 0..ROUNDS {
            match sent {
                Err(error) if !error.is_again() => return Err(failed(error)),
                _ => {}
            }
            match self.decoder.get_picture() {
                Ok(image) if image.width() == self.size.width && image.height() == self.size.height => {
                    return planes(&image, self.size);
                }
                Ok(_) => return Err(damaged(Format::Avif)),
                Err(error) if error.is_again() => sent = self.decoder.send_pending_data(),
                Err(error) => return Err(failed(error)),
            }
        }
        Err(damaged(Format::Avif))
    }
}

/// Copies the planes of a frame as numbers.
fn planes(image: &Picture, size: Size) -> Result<Planes, Error> {
    let sampling = match image.pixel_layout() {
        PixelLayout::I400 => Sampling::Gray,
        PixelLayout::I420 => Sampling::Quarter,
        PixelLayout::I422 => Sampling::Half,
        PixelLayout::I444 => Sampling::Full,
    };
    let depth = u32::try_from(image.bit_depth()).unwrap_or_default();
    if !matches!(depth, 8 | 10 | 12) {
        return Err(unread("samples of this depth"));
    }
    let wide = if depth == 8 { 1 } else { 2 };
    let copy = |component, size: Size| -> Result<Vec<u16>, Error> {
        let stride = usize::try_from(image.stride(component)).map_err(|_| internal_error("out of address space"))?;
        let width = usize::try_from(size.width).map_err(|_| internal_error("out of address space"))?;
        let height = usize::try_from(size.height).map_err(|_| internal_error("out of address space"))?;
        let plane = image.plane(component);
        let mut out = Vec::new();
        out.try_reserve_exact(width * height).map_err(|_| internal_error("out of memory"))?;
        for row in plane.chunks(stride.max(1)).take(height) {
            let row = row.get(..width * wide).ok_or_else(|| damaged(Format::Avif))?;
            if wide == 1 {
                out.extend(row.iter().map(|sample| u16::from(*sample)));
            } else {
                out.extend(row.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(u16::from_ne_bytes));
            }
        }
        if out.len() == width * height { Ok(out) } else { Err(damaged(Format::Avif)) }
    };
    let luma = copy(PlanarImageComponent::Y, size)?;
    let chroma = match sampling.chroma(size) {
        Some(size) => Some([copy(PlanarImageComponent::U, size)?, copy(PlanarImageComponent::V, size)?]),
        None => None,
    };
    let full_range = matches!(image.color_range(), YUVRange::Full);
    let matrix = color::matrix_of(image);
    Ok(Planes { size, sampling, depth, luma, chroma, full_range, matrix })
}
