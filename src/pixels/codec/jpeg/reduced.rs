//! Cropped and reduced decoding: each plane is decoded separately.

use image::ColorType;

use super::read::{self, Chroma, Color};
use super::{File, failure, notes};
use crate::cost::Cost;
use crate::error::Error;
use crate::pixels::base::{Channels, memory};
use crate::pixels::codec::reader::{Colors, Plane, Reader, Reduced, Reducing};
use crate::pixels::raster::Scratch;
use crate::plan::Thumbnail;
use crate::stop::Stop;

impl Reducing for File<'_> {
    /// Includes the planes before and after resampling.
    fn cost(&self, wanted: &Thumbnail) -> Result<Option<Cost>, Error> {
        let needs = read::needs(&self.opened.header, &request(wanted));
        // Between its two passes a resampling holds all rows of the source at the target width, and its weights.
        let between = needs.planes.iter().map(|size| {
            let sides = [size.width, size.height, wanted.to.width, wanted.to.height].map(u64::from).iter().sum::<u64>();
            u64::from(wanted.to.width) * u64::from(size.height) + sides * 6 * 8 * 2
        });
        let memory = [needs.total(), between.max().unwrap_or_default(), wanted.to.pixels() * 3];
        let samples: u64 = needs.planes.iter().map(|size| size.pixels()).sum();
        let work = read::work(&self.opened, &request(wanted)).map_err(failure)?;
        let resampling = samples.saturating_add(wanted.to.pixels().saturating_mul(3)).saturating_mul(RESAMPLING);
        Ok(Some(Cost::new(memory.into_iter().fold(0, u64::saturating_add), work.saturating_add(resampling))))
    }

    fn read(
        &self,
        wanted: &Thumbnail,
        colors: Colors,
        scratch: &Scratch,
        stop: &Stop,
    ) -> Result<Option<Reduced>, Error> {
        // The planes, and the RGB pixels that may be made from them.
        let colors_too = memory::bytes(wanted.to, Channels::Rgb);
        Reducing::cost(self, wanted)?.unwrap_or_default().holding(colors_too).check(self.limits)?;
        let room = |bytes| scratch.reserve(bytes).ok();
        let planes = read::read(&self.opened, &request(wanted), &room, self.limits, stop).map_err(failure)?;
        let samples = if self.opened.header.color == Color::Gray { ColorType::L8 } else { ColorType::Rgb8 };
        let profile = self.profile().filter(|profile| profile.fits(samples)).map(|profile| colors.of(profile));
        Ok(Some(Reduced::Planes {
            luma: plane(planes.luma),
            chroma: planes.chroma.map(|both| both.map(plane)),
            // An sRGB profile adds nothing, so it is passed on only if the result keeps its profile.
            profile: profile.filter(|profile| profile.kept || !profile.is_srgb()),
            notes: notes(planes.damage).collect(),
        }))
    }
}

/// The units of computing for each sample that enters or leaves the resampling.
const RESAMPLING: u64 = 8;

fn request(wanted: &Thumbnail) -> read::Request {
    let chroma = if wanted.chroma_420 { Chroma::Half } else { Chroma::Equal };
    read::Request { luma: wanted.scale_eighths, chroma, crop: Some(wanted.part) }
}

fn plane(plane: read::Plane) -> Plane {
    let read::Plane { size, samples, at, scale } = plane;
    Plane { size, samples, at, scale }
}
