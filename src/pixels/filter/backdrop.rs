//! Padding that depends on the image itself (`bg-blurred`, `bg-dominant`, `bg-gradient_dominant`).
//!
//! The backdrop extends below the whole image and is visible through transparent pixels (chosen).

use super::blur::blur;
use super::compose::compose;
use super::resize::resize;
use super::{dominant, extend, flatten};
use crate::error::Error;
use crate::pixels::base::{Channels, index, internal_error, level};
use crate::pixels::color::lab;
use crate::pixels::raster::Raster;
use crate::plan::{Fill, Mix, Point, Rect, Region, Size};
use crate::stop::Stop;
use crate::transform::Color;

/// Puts the image on a canvas of this size.
pub(crate) fn extend_with(image: Raster, to: Size, at: Point, fill: &Fill, stop: &Stop) -> Result<Raster, Error> {
    let canvas = match *fill {
        Fill::Color(color) => return extend::extend(image, to, at, color),
        Fill::Dominant => {
            let color = Color { rgb: dominant::dominant_of_border(&image), opacity: 100 };
            return Ok(flatten::flatten(extend::extend(image, to, at, color)?, color));
        }
        Fill::Blurred { sigma, brightness } => blurred(&image, to, sigma, brightness, stop)?,
        Fill::DominantGradient { palette } if palette > 2 => four(&image, to)?,
        Fill::DominantGradient { .. } => two(&image, to)?,
        Fill::Generated { .. } => return Err(internal_error("a background that an effect provider makes")),
    };
    compose(canvas, &image, at, Mix::Over)
}

/// Returns the image, enlarged to cover the canvas, blurred and made brighter. Transparent pixels are filled with its
/// most frequent colour.
fn blurred(image: &Raster, to: Size, sigma: f64, brightness: i16, stop: &Stop) -> Result<Raster, Error> {
    let size = image.size();
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let scale = (f64::from(to.width) / width).max(f64::from(to.height) / height);
    let (w, h) = ((f64::from(to.width) / scale).min(width), (f64::from(to.height) / scale).min(height));
    let middle = Region { x: (width - w) / 2.0, y: (height - h) / 2.0, width: w, height: h };
    let ground = if image.is_transparent() { dominant::dominant(image) } else { [0; 3] };
    // This comes first, because the overshoot of a resized edge is cut off in alpha but not in colours.
    let opaque = flatten::flatten(image.copy()?, Color { rgb: ground, opacity: 100 });
    let mut backdrop = blur(resize(opaque, middle, to)?, sigma, stop)?;
    if brightness != 0 {
        // As in ImageKit's images (measured): half the number is added to the lightness of CIE L*a*b*.
        let lighter = lab::Lighter::new(f32::from(brightness) / 2.0);
        backdrop.colors_mut().for_each(|color| *color = lighter.apply(*color));
    }
    Ok(backdrop)
}

/// Returns a gradient from the colour of one side to that of the opposite side, along the axis with more to fill.
fn two(image: &Raster, to: Size) -> Result<Raster, Error> {
    let Size { width, height } = image.size();
    let across = to.width - width.min(to.width) >= to.height - height.min(to.height);
    let (first, last) = if across {
        (Rect { x: 0, y: 0, width: 1, height }, Rect { x: width - 1, y: 0, width: 1, height })
    } else {
        (Rect { x: 0, y: 0, width, height: 1 }, Rect { x: 0, y: height - 1, width, height: 1 })
    };
    let [first, last] = [first, last].map(|side| dominant::dominant_in(image, side));
    let corners = if across { [first, last, first, last] } else { [first, first, last, last] };
    gradient(to, corners)
}

/// Returns a gradient between the colours of the four quarters.
fn four(image: &Raster, to: Size) -> Result<Raster, Error> {
    let Size { width, height } = image.size();
    let (w, h) = (width.div_ceil(2), height.div_ceil(2));
    let quarter = |x: u32, y: u32| dominant::dominant_in(image, Rect { x, y, width: w, height: h });
    let (x, y) = (width - w, height - h);
    gradient(to, [quarter(0, 0), quarter(x, 0), quarter(0, y), quarter(x, y)])
}

/// Returns a gradient between the colours of the corners: top left, top right, bottom left, bottom right.
fn gradient(to: Size, corners: [[u8; 3]; 4]) -> Result<Raster, Error> {
    let mut canvas = Raster::filled(to, Channels::Rgb, [0; 4])?;
    let [a, b, c, d] = corners.map(|corner| corner.map(f64::from));
    let share = |at: usize, side: usize| if side > 1 { at as f64 / (side - 1) as f64 } else { 0.0 };
    let (wide, high) = (index(to.width)?, index(to.height)?);
    let mix = |a: [f64; 3], b: [f64; 3], t: f64| {
        let mut mixed = a;
        mixed.iter_mut().zip(b).for_each(|(a, b)| *a += (b - *a) * t);
        mixed
    };
    let stride = canvas.stride();
    for (y, row) in canvas.samples_mut().chunks_exact_mut(stride).enumerate() {
        let (left, right) = (mix(a, c, share(y, high)), mix(b, d, share(y, high)));
        for (x, pixel) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            *pixel = mix(left, right, share(x, wide)).map(level);
        }
    }
    Ok(canvas)
}
