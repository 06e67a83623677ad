//! Pixels as runs: RLE8, RLE4, and the runs of 24 bits that OS/2 has.

/// Draws runs into `draw(x, y, pixel)`, rows counted from the one that comes first; the pixel is a number of the
/// palette, or blue, green and red.
///
/// The result is `None` if the end mark was met, else the row that the data ended in.
pub(super) fn draw(data: &[u8], bits: u32, height: u32, mut draw: impl FnMut(u32, u32, &[u8])) -> Option<u32> {
    let (mut x, mut y, mut rest) = (0_u32, 0_u32, data);
    let unit = if bits == 24 { 3 } else { 1 };
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
                for n in 0..count {
                    let at = if bits == 4 { usize::from(n / 2) } else { usize::from(n) * unit };
                    let Some(pixel) = rest.get(at..at + unit) else { return Some(y) };
                    draw(x, y, &half(pixel, bits, n));
                    x = x.saturating_add(1);
                }
                // Filled up to 16 bits.
                rest = rest.get(bytes + bytes % 2..).unwrap_or_default();
            }
            (count, value) => {
                let mut pixel = vec![value];
                if bits == 24 {
                    let Some((tail, after)) = rest.split_first_chunk::<2>() else { return Some(y) };
                    pixel.extend(tail);
                    rest = after;
                }
                for n in 0..count {
                    draw(x, y, &half(&pixel, bits, n));
                    x = x.saturating_add(1);
                }
            }
        }
    }
    None
}

/// One of two pixels in a byte of four bits each, or the bytes as they are.
fn half(pixel: &[u8], bits: u32, n: u8) -> Vec<u8> {
    match (pixel, bits) {
        ([both], 4) => vec![if n.is_multiple_of(2) { both >> 4 } else { both & 15 }],
        _ => pixel.to_vec(),
    }
}
