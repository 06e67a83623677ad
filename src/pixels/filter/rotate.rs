//! Rotation by any angle.

use super::sample::{Source, premultiplied, straight};
use super::turn;
use crate::error::Error;
use crate::math;
use crate::number::Number;
use crate::pixels::base::{Channels, index, internal_error, memory, unless_stopped};
use crate::pixels::color::pixel;
use crate::pixels::raster::Raster;
use crate::plan::{Orientation, Size};
use crate::stop::Stop;
use crate::transform::Color;

/// Turns the image clockwise around its centre, onto a canvas of size `to`.
///
/// Right angles move pixels. Other angles read, for each pixel of the canvas, the four pixels around its source point.
/// Outside the image is `fill`, or transparent. Edges blend into it over one pixel, which smooths them.
pub(crate) fn rotate(
    image: Raster,
    degrees: Number,
    to: Size,
    fill: Option<Color>,
    stop: &Stop,
) -> Result<Raster, Error> {
    let right_angle = match degrees.to_integer() {
        Some(90) => Some(Orientation::Rotate90),
        Some(180) => Some(Orientation::Rotate180),
        Some(270) => Some(Orientation::Rotate270),
        _ => None,
    };
    if let Some(orientation) = right_angle {
        if orientation.apply(image.size()) != to {
            return Err(internal_error("a plan that does not fit its image"));
        }
        return turn::turn(image, orientation);
    }
    let outside = fill.map_or([0; 4], pixel);
    let [.., alpha] = outside;
    let image = if alpha < u8::MAX { image.with_alpha()? } else { image };
    let (sin, cos) = math::sin_cos(degrees.to_f64().to_radians());
    let samples = match image.channels() {
        Channels::Rgb => turned::<3>(&image, (sin, cos), to, outside, stop)?,
        Channels::Rgba => turned::<4>(&image, (sin, cos), to, outside, stop)?,
    };
    Raster::new(to, image.channels(), samples)
}

fn turned<const N: usize>(
    image: &Raster,
    (sin, cos): (f64, f64),
    to: Size,
    outside: [u8; 4],
    stop: &Stop,
) -> Result<Vec<u8>, Error> {
    let size = image.size();
    let half = |s: Size| (f64::from(s.width) / 2.0, f64::from(s.height) / 2.0);
    let ((cx, cy), (tx, ty)) = (half(size), half(to));
    let (source, outside) = (Source::<N>::of(image), premultiplied(outside));
    let mut out = memory::zeros(memory::bytes(to, image.channels()))?;
    let stride = index(to.width)? * N;
    for (y, row) in (0_u32..).zip(out.chunks_exact_mut(stride)) {
        unless_stopped(stop)?;
        let dy = f64::from(y) + 0.5 - ty;
        for (x, pixel) in (0_u32..).zip(row.as_chunks_mut::<N>().0) {
            let dx = f64::from(x) + 0.5 - tx;
            // The inverse rotation; pixel centres are at halves.
            *pixel = straight(source.between_or(dx * cos + dy * sin + cx, dy * cos - dx * sin + cy, outside));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn degrees(n: i32) -> Number {
        Number::from(n)
    }

    /// A white square with a black left half.
    fn halves() -> Raster {
        let row = [vec![0; 30 * 3], vec![255; 30 * 3]].concat();
        Raster::new(Size::new(60, 60), Channels::Rgb, row.repeat(60)).unwrap()
    }

    #[test]
    fn turns_clockwise() {
        // The black left half moves up and right.
        let turned = rotate(halves(), degrees(45), Size::new(85, 85), None, &Stop::new()).unwrap();
        assert_eq!(turned.pixel(42, 10), Some(&[0, 0, 0, 255][..]));
        assert_eq!(turned.pixel(10, 42), Some(&[0, 0, 0, 255][..]));
        assert_eq!(turned.pixel(75, 42), Some(&[255; 4][..]));
        assert_eq!(turned.pixel(42, 75), Some(&[255; 4][..]));
        for corner in [(0, 0), (84, 0), (0, 84), (84, 84)] {
            assert_eq!(turned.pixel(corner.0, corner.1), Some(&[0; 4][..]));
        }
    }

    #[test]
    fn edges_are_smooth_and_corners_filled() {
        let white = Raster::filled(Size::new(60, 60), Channels::Rgb, [255; 4]).unwrap();
        let red = Color { rgb: [255, 0, 0], opacity: 100 };
        let turned = rotate(white.clone(), degrees(30), Size::new(82, 82), Some(red), &Stop::new()).unwrap();
        assert_eq!(turned.channels(), Channels::Rgb);
        assert_eq!(turned.pixel(0, 0), Some(&[255, 0, 0][..]));
        let clear = rotate(white, degrees(30), Size::new(82, 82), None, &Stop::new()).unwrap();
        let (mut partly, mut whole) = (0, 0);
        for p in clear.samples().chunks_exact(4) {
            // No dark fringe: visible pixels are white.
            assert!(p[3] == 0 || p[..3] == [255; 3], "{p:?}");
            partly += u32::from(p[3] > 0 && p[3] < 255);
            whole += u32::from(p[3]);
        }
        assert!(partly > 100, "{partly}");
        // The area stays the same.
        assert!((f64::from(whole) / 255.0 - 3600.0).abs() < 20.0, "{whole}");
    }

    #[test]
    fn right_angles_are_exact() {
        let quarter = rotate(halves(), degrees(90), Size::new(60, 60), None, &Stop::new()).unwrap();
        assert_eq!((quarter.pixel(0, 0), quarter.pixel(0, 59)), (Some(&[0; 3][..]), Some(&[255; 3][..])));
        assert!(rotate(halves(), degrees(90), Size::new(60, 61), None, &Stop::new()).is_err());
    }
}
