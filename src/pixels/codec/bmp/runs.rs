//! Run-length decoding: RLE8, RLE4, and RLE24 of OS/2.

use crate::plan::Size;

/// Decodes runs and calls `draw(x, y, pixel)` for each pixel. Rows are counted in the order of the file. The pixel is a
/// palette index, or blue, green and red.
///
/// Returns `None` if the end-of-bitmap code was found, otherwise the row in which the data ended.
pub(crate) fn draw(data: &[u8], bits: u32, size: Size, mut draw: impl FnMut(u32, u32, &[u8])) -> Option<u32> {
    let Size { width, height } = size;
    let (mut x, mut y, mut rest) = (0_u32, 0_u32, data);
    let unit = if bits == 24 { 3 } else { 1 };
    // Draws pixel `n` of a run. With four bits per pixel, a byte holds two alternating pixels.
    let mut draw = |x: u32, y: u32, pixel: &[u8], n: u32| match (pixel, bits) {
        ([both], 4) => draw(x, y, &[if n.is_multiple_of(2) { both >> 4 } else { both & 15 }]),
        _ => draw(x, y, pixel),
    };
    while y < height {
        let Some((&[count, value], after)) = rest.split_first_chunk() else { return Some(y) };
        rest = after;
        match (count, value) {
            (0, 0) => (x, y) = (0, y + 1),
            (0, 1) => return None,
            (0, 2) => {
                let Some((&[right, up], after)) = rest.split_first_chunk() else { return Some(y) };
                rest = after;
                (x, y) = (x.saturating_add(right.into()), y.saturating_add(up.into()));
            }
            (0, count) => {
                let bytes = if bits == 4 { usize::from(count.div_ceil(2)) } else { usize::from(count) * unit };
                // Pixels beyond the end of the row are not visited, so they take no time.
                for n in 0..u32::from(count).min(width.saturating_sub(x)) {
                    let at = if bits == 4 { n as usize / 2 } else { n as usize * unit };
                    let Some(pixel) = rest.get(at..at + unit) else { return Some(y) };
                    draw(x + n, y, pixel, n);
                }
                x = x.saturating_add(count.into());
                // The run is padded to 16 bits.
                rest = rest.get(bytes + bytes % 2..).unwrap_or_default();
            }
            (count, value) => {
                let mut pixel = [value, 0, 0];
                if bits == 24 {
                    let Some((&[green, red], after)) = rest.split_first_chunk() else { return Some(y) };
                    pixel = [value, green, red];
                    rest = after;
                }
                let pixel = pixel.get(..unit).unwrap_or_default();
                for n in 0..u32::from(count).min(width.saturating_sub(x)) {
                    draw(x + n, y, pixel, n);
                }
                x = x.saturating_add(count.into());
            }
        }
    }
    None
}
