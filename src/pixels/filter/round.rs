//! Rounded corners.

use crate::error::Error;
use crate::pixels::base::level;
use crate::pixels::raster::Raster;
use crate::plan::Radii;

/// Makes pixels outside the quarter of an ellipse in each corner transparent: top left, top right, bottom right, bottom
/// left.
///
/// A pixel on the edge keeps the share of its alpha that is inside.
pub(crate) fn round(image: Raster, corners: [Radii; 4]) -> Result<Raster, Error> {
    let mut image = image.with_alpha()?;
    let stride = image.stride();
    let [top_left, top_right, bottom_right, bottom_left] = corners;
    cut_corners(image.samples_mut().chunks_exact_mut(stride), top_left, top_right);
    cut_corners(image.samples_mut().chunks_exact_mut(stride).rev(), bottom_left, bottom_right);
    Ok(image)
}

/// Cuts two corners. The rows are ordered from their horizontal edge inwards.
fn cut_corners<'a>(rows: impl Iterator<Item = &'a mut [u8]>, left: Radii, right: Radii) {
    let high = left.y.max(right.y);
    for (away, row) in (0_u32..).map(f64::from).take_while(|away| *away < high).zip(rows) {
        let pixels = row.as_chunks_mut::<4>().0;
        cut(pixels.iter_mut(), left, away);
        cut(pixels.iter_mut().rev(), right, away);
    }
}

/// Cuts the end of a row at the distance `away` from the horizontal edge of the corner.
fn cut<'a>(pixels: impl Iterator<Item = &'a mut [u8; 4]>, corner: Radii, away: f64) {
    if away >= corner.y {
        return;
    }
    // Exact from left to right, a sum of lines from top to bottom.
    let lines: [f64; LINES] = std::array::from_fn(|line| {
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        let share = (line as f64 + 0.5) / LINES as f64;
        inset(corner, away + share)
    });
    let end = lines.iter().copied().fold(0.0, f64::max);
    for (x, [.., alpha]) in (0_u32..).map(f64::from).take_while(|x| *x < end).zip(pixels) {
        #[expect(clippy::cast_precision_loss, reason = "a small number")]
        let outside = lines.iter().map(|line| (line - x).clamp(0.0, 1.0)).sum::<f64>() / LINES as f64;
        *alpha = level(f64::from(*alpha) * (1.0 - outside));
    }
}

/// Returns the distance of the ellipse from the vertical edge, at the distance `away` from the horizontal edge.
fn inset(corner: Radii, away: f64) -> f64 {
    let height = (1.0 - away / corner.y).max(0.0);
    corner.x * (1.0 - (1.0 - height * height).max(0.0).sqrt())
}

/// The number of lines that a pixel is divided into. The error of alpha is then less than one step of 255 (measured).
const LINES: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::base::Channels;
    use crate::plan::Size;

    #[test]
    fn the_area_is_that_of_the_shape() {
        let square = Raster::filled(Size::new(101, 61), Channels::Rgb, [9; 4]).unwrap();
        let corner = |x, y| Radii { x, y };
        for (corners, gone) in [
            ([corner(20.0, 20.0); 4], 4.0 * 20.0 * 20.0),
            ([corner(50.5, 30.5); 4], 4.0 * 50.5 * 30.5),
            ([corner(10.5, 10.5), corner(0.0, 0.0), corner(0.3, 0.3), corner(1.0, 1.0)], 10.5 * 10.5 + 0.09 + 1.0),
        ] {
            let cut = round(square.clone(), corners).unwrap();
            let alpha: f64 = cut.samples().iter().skip(3).step_by(4).map(|a| f64::from(*a) / 255.0).sum();
            let want = 101.0 * 61.0 - gone * (1.0 - std::f64::consts::FRAC_PI_4);
            assert!((alpha - want).abs() < 0.3, "{corners:?}: {alpha}, not {want}");
        }
    }
}
