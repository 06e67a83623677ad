//! Reading in part and reduced: each plane is decoded by itself.

use image::ColorType;

use super::read::{self, Chroma, Color};
use super::{File, failure, notes};
use crate::error::Error;
use crate::pixels::base::{Channels, memory};
use crate::pixels::codec::reader::{Colors, Plane, Reader, Reduced, Reducing};
use crate::pixels::raster::Scratch;
use crate::plan::Thumbnail;

impl Reducing for File<'_> {
    /// The planes before and after resampling included.
    fn cost(&self, wanted: &Thumbnail) -> Option<u64> {
        let needs = read::needs(&self.opened.header, &request(wanted));
        // Between the two passes of a resampling lie as many rows as there were, or as many columns; and its weights.
        let between = needs.planes.iter().map(|size| {
            let sides = [size.width, size.height, wanted.to.width, wanted.to.height].map(u64::from).iter().sum::<u64>();
            u64::from(wanted.to.width) * u64::from(size.height) + sides * 6 * 8 * 2
        });
        Some(needs.total().saturating_add(between.max().unwrap_or_default()).saturating_add(wanted.to.pixels() * 3))
    }

    fn read(&self, wanted: &Thumbnail, colors: Colors, scratch: &Scratch) -> Result<Option<Reduced>, Error> {
        // Planes, and the red, green and blue that may be made of them.
        let colors_too = memory::bytes(wanted.to, Channels::Rgb);
        memory::check(Reducing::cost(self, wanted).unwrap_or_default().saturating_add(colors_too), self.limits)?;
        let room = |bytes| scratch.reserve(bytes).ok();
        let planes = read::read(&self.opened, &request(wanted), &room, self.limits).map_err(failure)?;
        let samples = if self.opened.header.color == Color::Gray { ColorType::L8 } else { ColorType::Rgb8 };
        let profile = self.profile().filter(|profile| profile.fits(samples)).map(|profile| colors.of(profile));
        Ok(Some(Reduced::Planes {
            luma: plane(planes.luma),
            chroma: planes.chroma.map(|both| both.map(plane)),
            // One that says nothing new goes on only if it is to be kept.
            profile: profile.filter(|profile| profile.kept || !profile.is_srgb()),
            notes: notes(planes.damage).collect(),
        }))
    }
}

fn request(wanted: &Thumbnail) -> read::Request {
    let chroma = if wanted.chroma_420 { Chroma::Half } else { Chroma::Equal };
    read::Request { luma: wanted.scale_eighths, chroma, crop: Some(wanted.part) }
}

fn plane(plane: read::Plane) -> Plane {
    let read::Plane { size, samples, at, scale } = plane;
    Plane { size, samples, at, scale }
}
