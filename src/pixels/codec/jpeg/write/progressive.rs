//! Progressive files, which the `jpeg-encoder` crate writes.

use jpeg_encoder::{
    ChromaSubsamplingMethod, Encoder, ImageBuffer, JpegColorType, PixelDensity, PixelDensityUnit, SamplingFactor,
};

use super::Sides;
use crate::error::Error;
use crate::pixels::base::error::internal_error;
use crate::pixels::codec::metadata::Attachments;
use crate::pixels::codec::metadata::{EXIF, XMP};
use crate::pixels::codec::settings::Settings;
use crate::pixels::raster::Planes;

/// Writes planes as they are.
pub(crate) fn encode(
    planes: &Planes,
    sides: Sides,
    settings: &Settings,
    attached: &Attachments,
) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, settings.quality.clamp(1, 100));
    encoder.set_sampling_factor(if planes.is_halved() { SamplingFactor::R_4_2_0 } else { SamplingFactor::R_4_4_4 });
    // Each sample of halved chroma is given twice in both directions, and taken once.
    encoder.set_chroma_subsampling_method(ChromaSubsamplingMethod::Nearest);
    encoder.set_optimized_huffman_tables(true);
    encoder.set_progressive(true);
    if let Some(density) = attached.density {
        let density = super::in_inches(density);
        encoder.set_density(PixelDensity { density: (density, density), unit: PixelDensityUnit::Inches });
    }
    // What does not fit into a segment stays behind.
    for (name, block) in [(EXIF, &attached.exif), (XMP, &attached.xmp)] {
        if let Some(block) = block {
            _ = encoder.add_app_segment(1, [name, block].concat());
        }
    }
    if let Some(profile) = planes.profile() {
        encoder.add_icc_profile(profile.icc()).map_err(|e| internal_error(e.to_string()))?;
    }
    encoder.encode_image(Rows { planes, sides }).map_err(|e| internal_error(e.to_string()))?;
    Ok(bytes)
}

/// Planes, row by row as the encoder asks for them.
struct Rows<'a> {
    planes: &'a Planes,
    sides: Sides,
}

impl ImageBuffer for Rows<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        if self.planes.chroma().is_some() { JpegColorType::Ycbcr } else { JpegColorType::Luma }
    }

    fn width(&self) -> u16 {
        self.sides.0
    }

    fn height(&self) -> u16 {
        self.sides.1
    }

    fn fill_buffers(&self, y: u16, buffers: &mut [Vec<u8>; 4]) {
        let [luma, blue, red, _] = buffers;
        let wide = usize::from(self.width());
        luma.extend_from_slice(row(self.planes.luma(), wide, y));
        for (samples, to) in self.planes.chroma().into_iter().flatten().zip([blue, red]) {
            if self.planes.is_halved() {
                let end = to.len() + wide;
                to.extend(row(samples, wide.div_ceil(2), y / 2).iter().flat_map(|sample| [*sample; 2]));
                to.truncate(end);
            } else {
                to.extend_from_slice(row(samples, wide, y));
            }
        }
    }
}

fn row(samples: &[u8], wide: usize, y: u16) -> &[u8] {
    samples.chunks_exact(wide).nth(y.into()).unwrap_or_default()
}
