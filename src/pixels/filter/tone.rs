//! Tones: conversion to grey, and stretching to the full range.

use crate::pixels::base::level;
use crate::pixels::raster::Raster;

/// Returns the brightness of a colour as in video (ITU-R BT.601), 0 to 255.
pub(crate) fn luma([r, g, b]: [u8; 3]) -> f64 {
    0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b)
}

/// Replaces each colour by a grey of the same brightness.
pub(crate) fn grayscale(mut image: Raster) -> Raster {
    for color in image.colors_mut() {
        *color = [level(luma(*color)); 3];
    }
    image
}

/// Stretches the brightness to the full range, from the 1st to the 99th percentile of the visible pixels.
///
/// All channels are stretched by the same factor, which keeps hues. An image with a single brightness is not changed.
pub(crate) fn stretch(mut image: Raster) -> Raster {
    let Some((darkest, brightest)) = range(&image) else { return image };
    let scale = 255.0 / f64::from(brightest - darkest);
    let table: Vec<u8> = (0..=u8::MAX).map(|v| level((f64::from(v) - f64::from(darkest)) * scale)).collect();
    for sample in image.colors_mut().flatten() {
        *sample = table.get(usize::from(*sample)).copied().unwrap_or(*sample);
    }
    image
}

/// Returns the brightness of the 1st and the 99th percentile, if the second is greater.
fn range(image: &Raster) -> Option<(u8, u8)> {
    let mut counts = [0_u64; 256];
    for pixel in image.samples().chunks_exact(image.channels().count()) {
        if let [r, g, b] | [r, g, b, 1..=u8::MAX] = *pixel
            && let Some(count) = counts.get_mut(usize::from(level(luma([r, g, b]))))
        {
            *count += 1;
        }
    }
    let all: u64 = counts.iter().sum();
    // The first brightness up to which the given share of the image is reached.
    let percentile = |reached: &dyn Fn(u64) -> bool| {
        let mut sum = 0;
        (0..=u8::MAX).zip(counts).find_map(|(brightness, count)| {
            sum += count;
            reached(sum).then_some(brightness)
        })
    };
    let darkest = percentile(&|sum| sum * 100 > all)?;
    let brightest = percentile(&|sum| sum * 100 >= all * 99)?;
    (brightest > darkest).then_some((darkest, brightest))
}
