//! Progressive scans: all DC coefficients first, then AC coefficients of each component in bands (T.81, annex G).

use super::blocks::{Coefficients, Steps, quantise};
use super::plane::Line;
use super::scan::Scan;
use super::{PlanarImage, write_scan};
use crate::error::Error;
use crate::geometry::Size;
use crate::pixels::base::{internal_error, unless_stopped};
use crate::stop::Stop;

/// Bands of AC coefficients in the order of their scans: whether the band is chroma, and its first and last
/// coefficient.
const BANDS: [(bool, (u8, u8)); 3] = [(false, (1, 5)), (true, (1, 63)), (false, (6, 63))];

/// The blocks of a component.
struct Component {
    chroma: bool,
    /// The number of blocks across and down that hold samples of the image. The others are padding to whole units.
    real: Size,
    /// The number of blocks in a row, including padding.
    wide: usize,
    /// The blocks, row by row.
    blocks: Vec<Coefficients>,
}

/// Writes all scans.
pub(super) fn scans(image: &PlanarImage<'_>, steps: &[Steps; 2], stop: &Stop) -> Result<Vec<u8>, Error> {
    let components = components(image, steps)?;
    unless_stopped(stop)?;
    let mut out = Vec::new();
    write_scan(&mut out, &dc(image, &components)?, if components.len() > 1 { &DC_OF_THREE } else { &DC_OF_ONE })?;
    for (chroma, band) in BANDS {
        for (id, component) in (1_u8..).zip(&components).filter(|(_, component)| component.chroma == chroma) {
            unless_stopped(stop)?;
            let mut scan = Scan::new()?;
            let mut ended = 0;
            for row in component.blocks.chunks(component.wide.max(1)).take(component.real.height as usize) {
                for block in row.iter().take(component.real.width as usize) {
                    scan.band(block, band, chroma, &mut ended)?;
                }
            }
            scan.end(&mut ended, chroma);
            write_scan(&mut out, &scan, &[1, id, u8::from(chroma), band.0, band.1, 0])?;
        }
    }
    Ok(out)
}

const DC_OF_THREE: [u8; 10] = [3, 1, 0x00, 2, 0x10, 3, 0x10, 0, 0, 0];
const DC_OF_ONE: [u8; 6] = [1, 1, 0x00, 0, 0, 0];

fn components(image: &PlanarImage<'_>, steps: &[Steps; 2]) -> Result<Vec<Component>, Error> {
    let [luma_steps, chroma_steps] = steps;
    let (units, side) = (image.units(), image.side());
    let mut all = vec![Component::new(image.luma, image.size, units, side, luma_steps, false)?];
    for samples in image.chroma.into_iter().flatten() {
        all.push(Component::new(samples, image.chroma_size(), units, 1, chroma_steps, true)?);
    }
    Ok(all)
}

impl Component {
    fn new(samples: &[u8], size: Size, units: Size, side: u32, steps: &Steps, chroma: bool) -> Result<Self, Error> {
        let whole = Size::new(units.width * side, units.height * side);
        let mut blocks = Vec::new();
        let count = usize::try_from(whole.pixels()).map_err(|_| internal_error("out of address space"))?;
        blocks.try_reserve_exact(count).map_err(|_| internal_error("out of memory"))?;
        for y in 0..whole.height {
            let line = Line::new(samples, size, y);
            blocks.extend((0..whole.width).map(|x| quantise(&line.block(x), steps)));
        }
        let real = Size::new(size.width.div_ceil(8), size.height.div_ceil(8));
        Ok(Self { chroma, real, wide: whole.width as usize, blocks })
    }

    fn dc(&self, x: u32, y: u32) -> i16 {
        self.blocks.get(y as usize * self.wide + x as usize).map_or(0, Coefficients::dc)
    }
}

/// Collects the DC coefficients of all components, unit by unit. In a file of one component a unit is one block.
fn dc(image: &PlanarImage<'_>, components: &[Component]) -> Result<Scan, Error> {
    let mut scan = Scan::new()?;
    let mut before = [0; 3];
    let units = image.units();
    for (unit_y, unit_x) in (0..units.height).flat_map(|y| (0..units.width).map(move |x| (y, x))) {
        for (component, last) in components.iter().zip(&mut before) {
            let side = if component.chroma { 1 } else { image.side() };
            for (y, x) in (0..side).flat_map(|y| (0..side).map(move |x| (y, x))) {
                let value = component.dc(unit_x * side + x, unit_y * side + y);
                scan.dc(value.wrapping_sub(std::mem::replace(last, value)), component.chroma)?;
            }
        }
    }
    Ok(scan)
}
