//! Conversion between red, green and blue, and luma and chroma of full range (JFIF 1.02).

/// Returns the luma of a pixel.
#[inline(always)]
pub(crate) fn luma(pixel: [u8; 3]) -> u8 {
    weighed(wide(pixel), &LUMA, 0, 0)
}

/// Returns the blue and red chroma of the sum of two to the power of `shift` pixels.
#[inline(always)]
pub(crate) fn chroma(sum: [i32; 3], shift: u32) -> (u8, u8) {
    (weighed(sum, &BLUE, 128, shift), weighed(sum, &RED, 128, shift))
}

/// Returns a pixel as the sum of one pixel.
#[inline(always)]
pub(crate) fn wide(pixel: [u8; 3]) -> [i32; 3] {
    pixel.map(i32::from)
}

/// Appends red, green and blue of luma and chroma of full range (JFIF 1.02), in integer arithmetic.
pub(crate) fn to_rgb(luma: &[u8], blue: &[u8], red: &[u8], out: &mut Vec<u8>) {
    const LANES: usize = 32;
    // Planes of half the size may be longer.
    let [blue, red] = [blue, red].map(|row| row.get(..luma.len()).unwrap_or(row));
    let start = out.len();
    out.resize(start + 3 * luma.len(), 0);
    let (chunks, rest) = out.get_mut(start..).unwrap_or_default().as_chunks_mut::<{ 3 * LANES }>();
    let ((lumas, luma), (blues, blue), (reds, red)) =
        (luma.as_chunks::<LANES>(), blue.as_chunks::<LANES>(), red.as_chunks::<LANES>());
    for (((to, luma), blue), red) in chunks.iter_mut().zip(lumas).zip(blues).zip(reds) {
        // One kind of sample after the other, so that compilers can vectorise the loop.
        let [mut r, mut g, mut b] = [[0; LANES]; 3];
        let lanes = r.iter_mut().zip(&mut g).zip(&mut b).zip(luma).zip(blue).zip(red);
        for (((((r, g), b), luma), blue), red) in lanes {
            [*r, *g, *b] = pixel_of(*luma, *blue, *red);
        }
        for (((to, r), g), b) in to.as_chunks_mut().0.iter_mut().zip(r).zip(g).zip(b) {
            *to = [r, g, b];
        }
    }
    for (((to, luma), blue), red) in rest.as_chunks_mut().0.iter_mut().zip(luma).zip(blue).zip(red) {
        *to = pixel_of(*luma, *blue, *red);
    }
}

/// Converts a pixel in 16-bit arithmetic, for which there are vector instructions. Chroma has six bits of fraction, and
/// only the part of each factor that is less than one half is multiplied, in units of 1/65536.
#[inline(always)]
fn pixel_of(luma: u8, blue: u8, red: u8) -> [u8; 3] {
    const BITS: u32 = 6;
    let (y, cb, cr) = (i16::from(luma), i16::from(blue) - 128, i16::from(red) - 128);
    // The upper half of a 32-bit product of two 16-bit numbers.
    let part = |chroma: i16, by: i16| ((i32::from(chroma << BITS) * i32::from(by)) >> 16) as i16;
    let rounded = |part: i16| (part + (1 << (BITS - 1))) >> BITS;
    // 1.402 is 1 + 0.402, -0.714136 is -1 + 0.285864, and 1.772 is 2 - 0.228.
    let r = y + cr + rounded(part(cr, 26_345));
    let g = y - cr + rounded(part(cb, -22_554) + part(cr, 18_734));
    let b = y + 2 * cb + rounded(part(cb, -14_942));
    #[expect(clippy::cast_sign_loss, reason = "between 0 and 255")]
    let narrow = |value: i16| value.clamp(0, 255) as u8;
    [r, g, b].map(narrow)
}

/// Returns a sample of a plane, from the sum of two to the power of `shift` pixels.
#[inline(always)]
fn weighed([r, g, b]: [i32; 3], [by_r, by_g, by_b]: &[i32; 3], middle: i32, shift: u32) -> u8 {
    let bits = 16 + shift;
    let sum = r * by_r + g * by_g + b * by_b + (middle << bits) + (1 << (bits - 1));
    let [nearest, ..] = (sum >> bits).min(255).to_le_bytes();
    nearest
}

/// Factors from RGB to luma and chroma of full range (JFIF 1.02), in units of 1/65536.
const LUMA: [i32; 3] = [19_595, 38_470, 7_471];
const BLUE: [i32; 3] = [-11_059, -21_709, 32_768];
const RED: [i32; 3] = [32_768, -27_439, -5_329];
