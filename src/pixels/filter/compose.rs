//! Drawing a layer over an image (`l-image`, `l-text`, `lm`).
//!
//! All work is done in sRGB and straight alpha, in place. An opaque image stays opaque.

use super::sample::{Source, straight};
use crate::error::Error;
use crate::pixels::base::{Channels, index, memory};
use crate::pixels::raster::{Raster, blend};
use crate::plan::{Mix, Point, Rect, Size};

/// Draws `layer` over `base` with its top left corner at `at`. Parts outside the base are cut off.
pub(crate) fn compose(base: Raster, layer: &Raster, at: Point, mix: Mix) -> Result<Raster, Error> {
    if let Mix::Displace { x, y } = mix {
        return displace(&base, layer, x, y);
    }
    let mut base = match mix {
        Mix::Cutout | Mix::Cutter => base.with_alpha()?,
        _ => base,
    };
    let Some((inside, from)) = overlap(base.size(), layer.size(), at) else {
        if mix == Mix::Cutter {
            base.samples_mut().chunks_exact_mut(4).filter_map(<[u8]>::last_mut).for_each(|alpha| *alpha = 0);
        }
        return Ok(base);
    };
    if mix == Mix::Cutter {
        clear_around(&mut base, inside)?;
    }
    match (base.channels(), layer.channels()) {
        (Channels::Rgb, Channels::Rgb) => rows::<3, 3>(&mut base, layer, inside, from, mix),
        (Channels::Rgb, Channels::Rgba) => rows::<3, 4>(&mut base, layer, inside, from, mix),
        (Channels::Rgba, Channels::Rgb) => rows::<4, 3>(&mut base, layer, inside, from, mix),
        (Channels::Rgba, Channels::Rgba) => rows::<4, 4>(&mut base, layer, inside, from, mix),
    }?;
    Ok(base)
}

/// Returns the rectangle of the base that a layer covers, and the first pixel of the layer in it, or `None` if they do
/// not overlap.
fn overlap(base: Size, layer: Size, at: Point) -> Option<(Rect, (u32, u32))> {
    // On one axis: the start in the base, the length, the start in the layer.
    let axis = |at: i64, own: u32, all: u32| {
        let (start, end) = (at.max(0), at.saturating_add(own.into()).min(all.into()));
        let part = |n: i64| u32::try_from(n).ok();
        if start < end { Some((part(start)?, part(end - start)?, part(start - at)?)) } else { None }
    };
    let (x, width, left) = axis(at.x, layer.width, base.width)?;
    let (y, height, top) = axis(at.y, layer.height, base.height)?;
    Some((Rect { x, y, width, height }, (left, top)))
}

fn rows<const B: usize, const L: usize>(
    base: &mut Raster,
    layer: &Raster,
    inside: Rect,
    (left, top): (u32, u32),
    mix: Mix,
) -> Result<(), Error> {
    let stride = base.stride();
    let (x, y, wide, high) = (index(inside.x)?, index(inside.y)?, index(inside.width)?, index(inside.height)?);
    let (left, top) = (index(left)?, index(top)?);
    let below = base.samples_mut().chunks_exact_mut(stride).skip(y).take(high);
    for (row, over) in below.zip(layer.rows().skip(top)) {
        let row = row.as_chunks_mut::<B>().0.get_mut(x..x + wide).unwrap_or_default();
        let over = over.as_chunks::<L>().0.get(left..left + wide).unwrap_or_default();
        match mix {
            Mix::Multiply => row.iter_mut().zip(over).for_each(|(b, l)| multiply(b, l)),
            Mix::Cutout => row.iter_mut().zip(over).for_each(|(b, l)| scale_alpha(b, 255 - alpha(l))),
            Mix::Cutter => row.iter_mut().zip(over).for_each(|(b, l)| scale_alpha(b, alpha(l))),
            Mix::Over | Mix::Displace { .. } => row.iter_mut().zip(over).for_each(|(b, l)| cover(b, l)),
        }
    }
    Ok(())
}

/// Returns the alpha of a pixel, 0 to 255; a pixel without alpha is opaque.
fn alpha<const N: usize>(pixel: &[u8; N]) -> u32 {
    pixel.get(3).map_or(255, |alpha| u32::from(*alpha))
}

/// Source over destination (Porter and Duff, 1984).
fn cover<const B: usize, const L: usize>(below: &mut [u8; B], above: &[u8; L]) {
    let (upper, lower) = (above.get(3).copied().unwrap_or(u8::MAX), below.get(3).copied().unwrap_or(u8::MAX));
    let colors = below.iter_mut().zip(above).take(3);
    match (upper, lower) {
        (0, _) => return,
        (u8::MAX, _) => colors.for_each(|(b, l)| *b = *l),
        (_, u8::MAX) => colors.for_each(|(b, l)| *b = blend(*l, *b, upper)),
        _ => {
            // In units of 1/(255 * 255).
            let (upper, lower) = (u32::from(upper) * 255, u32::from(lower) * (255 - u32::from(upper)));
            let all = upper + lower;
            colors.for_each(|(b, l)| *b = to_u8((u32::from(*l) * upper + u32::from(*b) * lower + all / 2) / all));
            if let Some(alpha) = below.get_mut(3) {
                *alpha = to_u8((all + 127) / 255);
            }
            return;
        }
    }
    if let Some(alpha) = below.get_mut(3) {
        *alpha = upper.max(*alpha);
    }
}

/// Multiplies the colours, weighted by the opacity of the layer. The alpha of the base stays.
fn multiply<const B: usize, const L: usize>(below: &mut [u8; B], above: &[u8; L]) {
    let la = alpha(above);
    for (b, l) in below.iter_mut().zip(above).take(3) {
        // In units of 1/(255 * 255).
        let factor = u32::from(*l) * la + 255 * (255 - la);
        *b = to_u8((u32::from(*b) * factor + 255 * 255 / 2) / (255 * 255));
    }
}

fn scale_alpha<const B: usize>(below: &mut [u8; B], by: u32) {
    if let Some(alpha) = below.get_mut(3) {
        *alpha = to_u8((u32::from(*alpha) * by + 127) / 255);
    }
}

fn to_u8(value: u32) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

/// Makes all pixels outside a rectangle transparent.
fn clear_around(image: &mut Raster, kept: Rect) -> Result<(), Error> {
    let stride = image.stride();
    let (columns, lines) =
        (index(kept.x)?..index(kept.x)? + index(kept.width)?, index(kept.y)?..index(kept.y)? + index(kept.height)?);
    for (y, row) in image.samples_mut().chunks_exact_mut(stride).enumerate() {
        for (x, pixel) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            if !(lines.contains(&y) && columns.contains(&x)) {
                scale_alpha(pixel, 0);
            }
        }
    }
    Ok(())
}

/// Displaces pixels: the red of the map moves the position that is read to the right, and its green moves it down. A
/// value of 127.5 of 255 is no displacement, and transparent parts of the map do not displace (chosen). Edges are
/// repeated outwards.
fn displace(base: &Raster, map: &Raster, x: f64, y: f64) -> Result<Raster, Error> {
    let samples = match base.channels() {
        Channels::Rgb => displaced::<3>(base, map, x, y)?,
        Channels::Rgba => displaced::<4>(base, map, x, y)?,
    };
    Raster::new(base.size(), base.channels(), samples)
}

fn displaced<const N: usize>(base: &Raster, map: &Raster, far_x: f64, far_y: f64) -> Result<Vec<u8>, Error> {
    let size = base.size();
    let source = Source::<N>::of(base);
    let mut out = memory::zeros(memory::bytes(size, base.channels()))?;
    let count = map.channels().count();
    for ((y, row), map) in (0_u32..).zip(out.chunks_exact_mut(base.stride())).zip(map.rows()) {
        for ((x, pixel), moves) in (0_u32..).zip(row.as_chunks_mut::<N>().0).zip(map.chunks_exact(count)) {
            let &[red, green, _, ref rest @ ..] = moves else { continue };
            let share = f64::from(rest.first().copied().unwrap_or(u8::MAX)) / 255.0;
            let shift = |channel: u8, far: f64| (f64::from(channel) - 127.5) / 127.5 * far * share;
            // Pixel centres are at halves.
            let (x, y) = (f64::from(x) + 0.5 + shift(red, far_x), f64::from(y) + 0.5 + shift(green, far_y));
            *pixel = straight(source.between(x, y));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(samples: &[u8]) -> Raster {
        let channels = if samples.len() == 3 { Channels::Rgb } else { Channels::Rgba };
        Raster::new(Size::new(1, 1), channels, samples.to_vec()).unwrap()
    }

    /// The formula in real numbers.
    fn exact(base: [u8; 4], layer: [u8; 4], mix: Mix) -> [f64; 4] {
        let [b, l] = [base, layer].map(|p| p.map(|v| f64::from(v) / 255.0));
        let color = |f: &dyn Fn(usize) -> f64, alpha: f64| [f(0), f(1), f(2), alpha].map(|v| v * 255.0);
        match mix {
            Mix::Multiply => color(&|i| b[i] * (1.0 - l[3]) + b[i] * l[i] * l[3], b[3]),
            Mix::Cutout => color(&|i| b[i], b[3] * (1.0 - l[3])),
            Mix::Cutter => color(&|i| b[i], b[3] * l[3]),
            _ => {
                let all = l[3] + b[3] * (1.0 - l[3]);
                let mixed = |i: usize| if all > 0.0 { (l[i] * l[3] + b[i] * b[3] * (1.0 - l[3])) / all } else { b[i] };
                color(&mixed, all)
            }
        }
    }

    #[test]
    fn every_mix_is_within_one_level_of_its_formula() {
        let mut state = 1_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()
        };
        for round in 0..20_000 {
            let (mut base, layer) = (random(), random());
            if round % 2 == 0 {
                base[3] = 255;
            }
            for mix in [Mix::Over, Mix::Multiply, Mix::Cutout, Mix::Cutter] {
                let got = compose(dot(&base), &dot(&layer), Point::default(), mix).unwrap();
                for (got, want) in got.samples().iter().zip(exact(base, layer, mix)) {
                    assert!((f64::from(*got) - want).abs() <= 1.0, "{mix:?} of {layer:?} on {base:?}");
                }
                if base[3] == 255 && matches!(mix, Mix::Over | Mix::Multiply) {
                    let opaque = compose(dot(&base[..3]), &dot(&layer), Point::default(), mix).unwrap();
                    assert_eq!(opaque.samples(), &got.samples()[..3]);
                }
            }
        }
    }

    #[test]
    fn what_sticks_out_is_cut_off() {
        let base = Raster::filled(Size::new(3, 2), Channels::Rgb, [0; 4]).unwrap();
        let layer = Raster::filled(Size::new(2, 2), Channels::Rgb, [9; 4]).unwrap();
        for ((x, y), want) in [
            ((-1, 0), [9, 0, 0, 9, 0, 0]),
            ((2, 1), [0, 0, 0, 0, 0, 9]),
            ((1, -1), [0, 9, 9, 0, 0, 0]),
            ((3, 0), [0; 6]),
            ((-2, 0), [0; 6]),
            ((i64::MIN, i64::MAX), [0; 6]),
        ] {
            let drawn = compose(base.clone(), &layer, Point { x, y }, Mix::Over).unwrap();
            let reds: Vec<u8> = drawn.samples().iter().step_by(3).copied().collect();
            assert_eq!(reds, want, "at {x},{y}");
        }
    }

    #[test]
    fn a_cutter_leaves_only_what_is_under_it() {
        let base = Raster::filled(Size::new(3, 1), Channels::Rgb, [7; 4]).unwrap();
        let layer = Raster::filled(Size::new(1, 1), Channels::Rgba, [0, 0, 0, 128]).unwrap();
        let alphas = |mix: Mix, x: i64| {
            let drawn = compose(base.clone(), &layer, Point { x, y: 0 }, mix).unwrap();
            drawn.samples().iter().skip(3).step_by(4).copied().collect::<Vec<_>>()
        };
        assert_eq!(alphas(Mix::Cutter, 1), [0, 128, 0]);
        assert_eq!(alphas(Mix::Cutter, 9), [0, 0, 0]);
        assert_eq!(alphas(Mix::Cutout, 1), [255, 127, 255]);
    }

    #[test]
    fn a_map_moves_pixels() {
        let base = Raster::new(Size::new(4, 1), Channels::Rgb, vec![0, 0, 0, 50, 0, 0, 100, 0, 0, 150, 0, 0]).unwrap();
        let map = |red: u8| Raster::filled(Size::new(4, 1), Channels::Rgb, [red, 128, 0, 255]).unwrap();
        let reds = |red: u8| {
            let moved = compose(base.clone(), &map(red), Point::default(), Mix::Displace { x: 2.0, y: 9.0 }).unwrap();
            moved.samples().iter().step_by(3).copied().collect::<Vec<_>>()
        };
        assert_eq!(reds(255), [100, 150, 150, 150]);
        assert_eq!(reds(0), [0, 0, 0, 50]);
    }
}
