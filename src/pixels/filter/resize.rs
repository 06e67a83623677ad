//! Resampling with a Lanczos filter with three lobes.

use std::f64::consts::PI;

use fast_image_resize::images::{TypedCroppedImage, TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3, U8x4};
use fast_image_resize::{Filter, FilterType, ImageView, MulDiv, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

use crate::error::Error;
use crate::limits::{LimitError, Limits};
use crate::math;
use crate::pixels::base::{Channels, internal_error, memory};
use crate::pixels::raster::{Raster, Scratch};
use crate::plan::{Rect, Region, Size, round};

/// Resamples this region to this size.
///
/// Pixels are weighted by their alpha, so that the colour of transparent pixels does not bleed. The kernel reads beyond
/// the edge of the region if the image continues there, as a larger crop would.
pub(crate) fn resize(image: Raster, from: Region, to: Size) -> Result<Raster, Error> {
    let size = image.size();
    if from.covers(size) && to == size {
        return Ok(image);
    }
    let from = inside(from, size).ok_or_else(|| internal_error("a resize outside the image"))?;
    match image.channels() {
        Channels::Rgb => resample(&image, from, to, lanczos()?),
        Channels::Rgba => resample_weighed(image, from, to, lanczos()?),
    }
}

/// Resamples an image after premultiplying its colours in place. The resizer itself would make a second image for that.
fn resample_weighed(mut image: Raster, from: Region, to: Size, filter: FilterType) -> Result<Raster, Error> {
    let weigh = MulDiv::new();
    weigh.multiply_alpha_inplace_typed(&mut view(&mut image)?).map_err(|e| internal_error(e.to_string()))?;
    let samples = resample_view(&view(&mut image)?, from, to, filter, &mut Resizer::new())?;
    let mut resized = Raster::new(to, Channels::Rgba, samples)?;
    weigh.divide_alpha_inplace_typed(&mut view(&mut resized)?).map_err(|e| internal_error(e.to_string()))?;
    Ok(resized)
}

/// Returns the pixels of an image with alpha.
fn view(image: &mut Raster) -> Result<TypedImage<'_, U8x4>, Error> {
    let Size { width, height } = image.size();
    TypedImage::from_buffer(width, height, image.samples_mut()).map_err(|e| internal_error(e.to_string()))
}

/// Returns a small copy of the whole image with at most this many pixels per side, each the mean of the pixels that it
/// covers.
pub(crate) fn shrink(image: &Raster, side: u32) -> Result<Raster, Error> {
    let size = image.size();
    let longer = size.width.max(size.height);
    if longer <= side {
        return image.copy();
    }
    let share = f64::from(side) / f64::from(longer);
    let to = Size::new(round(f64::from(size.width) * share), round(f64::from(size.height) * share));
    resample(image, Region::full(size), to, FilterType::Box)
}

fn resample(image: &Raster, from: Region, to: Size, filter: FilterType) -> Result<Raster, Error> {
    let size = image.size();
    if image.channels() == Channels::Rgba {
        return resample_weighed(image.copy()?, from, to, filter);
    }
    let source = TypedImageRef::<U8x3>::from_buffer(size.width, size.height, image.samples())
        .map_err(|e| internal_error(e.to_string()))?;
    let samples = resample_view(&source, from, to, filter, &mut Resizer::new())?;
    Raster::new(to, Channels::Rgb, samples)
}

/// Resamples a region of a plane to this size. The filter sees nothing outside the rectangle `walls`.
pub(crate) fn resample_plane(
    samples: Vec<u8>,
    size: Size,
    walls: Rect,
    from: Region,
    to: Size,
    scratch: &Scratch,
) -> Result<Vec<u8>, Error> {
    let from = Region { x: from.x - f64::from(walls.x), y: from.y - f64::from(walls.y), ..from };
    let from = inside(from, walls.size()).ok_or_else(|| internal_error("a resize outside the plane"))?;
    if from.covers(size) && to == size && walls == Rect::full(size) {
        return Ok(samples);
    }
    let filter = lanczos()?;
    let resampled = {
        let source = TypedImageRef::<U8>::from_buffer(size.width, size.height, &samples)
            .map_err(|e| internal_error(e.to_string()))?;
        let source = TypedCroppedImage::new(source, walls.x, walls.y, walls.width, walls.height)
            .map_err(|e| internal_error(e.to_string()))?;
        scratch.with_resizer(|resizer| resample_view(&source, from, to, filter, resizer))
    };
    scratch.keep(samples);
    resampled
}

/// Resamples a region of an image.
///
/// `P` is one of three kinds of pixels, and each has one view: for a kind that is known only when the program runs, all
/// thirteen of the resizer would be compiled, for each view.
fn resample_view<P: PixelTrait>(
    source: &impl ImageView<Pixel = P>,
    from: Region,
    to: Size,
    filter: FilterType,
    resizer: &mut Resizer,
) -> Result<Vec<u8>, Error> {
    let mut out = memory::zeros(to.pixels().saturating_mul(P::size() as u64))?;
    let mut target =
        TypedImage::<P>::from_buffer(to.width, to.height, &mut out).map_err(|e| internal_error(e.to_string()))?;
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(filter))
        .crop(from.x, from.y, from.width, from.height)
        // Images with alpha have been premultiplied by the caller.
        .use_alpha(false);
    resizer.resize_typed(source, &mut target, &options).map_err(|e| internal_error(e.to_string()))?;
    Ok(out)
}

/// Returns the Lanczos filter with three lobes. That of the resizer has the sines of the system.
fn lanczos() -> Result<FilterType, Error> {
    let filter = Filter::new("Lanczos3", weight, LOBES).map_err(|e| internal_error(e.to_string()))?;
    Ok(FilterType::Custom(filter))
}

/// Returns the weight of a pixel at this distance: `sinc(x) * sinc(x / 3)`.
fn weight(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    if !(-LOBES..LOBES).contains(&x) {
        return 0.0;
    }
    let third = x * PI / LOBES;
    let sin = math::sin(third);
    // The sine of three times the angle, without a second call.
    sin * sin * (3.0 - 4.0 * sin * sin) / (LOBES * third * third)
}

const LOBES: f64 = 3.0;

/// Returns the region without the part beyond the edge that comes from rounding of binary fractions.
fn inside(from: Region, size: Size) -> Option<Region> {
    const ROUNDING: f64 = 1e-6;
    let (w, h) = (f64::from(size.width), f64::from(size.height));
    let fits = |at: f64, length: f64, all: f64| at >= -ROUNDING && length > 0.0 && at + length <= all + ROUNDING;
    if !fits(from.x, from.width, w) || !fits(from.y, from.height, h) {
        return None;
    }
    let (x, y) = (from.x.max(0.0), from.y.max(0.0));
    Some(Region { x, y, width: from.width.min(w - x), height: from.height.min(h - y) })
}

/// Checks that a small copy of an image is within the memory limit: a premultiplied copy, the image between the two
/// passes of a resize to the sizes of [`op::shrink`](crate::pixels::filter::resize::shrink), its weights, and the data
/// computed from the small copy.
pub(crate) fn check_shrink(image: &Raster, limits: &Limits) -> Result<(), LimitError> {
    /// More than either side of any small image.
    const SIDE: u32 = 128;
    /// The memory of the number planes for its pixels.
    const WORK: u64 = 128 * (SIDE as u64) * (SIDE as u64);
    let size = image.size();
    let held = memory::len(image.samples());
    let copy = if image.channels() == Channels::Rgba { held } else { 0 };
    let between = memory::bytes(Size::new(size.width, SIDE.min(size.height)), image.channels());
    let weights = u64::from(size.width).saturating_add(size.height.into()).saturating_mul(16);
    memory::check([held, copy, between, weights, WORK].into_iter().fold(0, u64::saturating_add), limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_of_transparent_pixels_do_not_bleed() {
        // Red, opaque, next to green, transparent.
        let samples = [[255, 0, 0, 255], [0, 255, 0, 0]].concat().repeat(8 * 16);
        let image = Raster::new(Size::new(16, 16), Channels::Rgba, samples).unwrap();
        let small = resize(image, Region::full(Size::new(16, 16)), Size::new(8, 8)).unwrap();
        for p in small.samples().chunks_exact(4) {
            // Alpha overshoots slightly at the edges.
            assert!(p[0] >= 254 && p[1] <= 1 && (100..160).contains(&p[3]), "{p:?}");
        }
    }

    #[test]
    fn the_filter_is_the_product_of_two_sincs() {
        let sinc = |x: f64| (x * PI).sin() / (x * PI);
        for x in (-350..350).map(|x| f64::from(x) / 100.0 + 0.0001) {
            let want = if x.abs() < 3.0 { sinc(x) * sinc(x / 3.0) } else { 0.0 };
            assert!((weight(x) - want).abs() < 1e-14, "{x}");
        }
        assert_eq!((weight(0.0), weight(3.0)), (1.0, 0.0));
    }

    #[test]
    fn reads_the_region_only_where_it_lies() {
        let size = Size::new(40, 10);
        let row: Vec<u8> = (0..40_u32).flat_map(|x| [if x < 20 { 0 } else { 200 }; 3]).collect();
        let image = Raster::new(size, Channels::Rgb, row.repeat(10)).unwrap();
        let right = Region { x: 25.5, y: 0.0, width: 10.0, height: 10.0 };
        let small = resize(image.clone(), right, Size::new(5, 5)).unwrap();
        assert!(small.samples().iter().all(|s| *s == 200));
        let outside = Region { x: 35.0, ..right };
        assert!(resize(image.clone(), outside, Size::new(5, 5)).is_err());
        let whole = Region { x: 0.0, y: -1e-9, width: 40.0 + 1e-9, height: 10.0 };
        assert!(resize(image, whole, Size::new(5, 5)).is_ok());
    }
}
