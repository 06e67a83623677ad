//! CIE L*a*b* (D65, 2 degrees): a colour space in which distances are about as large as they look.

/// From an sRGB pixel: lightness 0 to 100, green to red, blue to yellow.
pub(crate) fn lab([r, g, b]: [u8; 3]) -> [f32; 3] {
    /// White of D65.
    const WHITE: [f32; 3] = [0.950_47, 1.0, 1.088_83];
    let [r, g, b] = [r, g, b].map(linear);
    // IEC 61966-2-1.
    let x = 0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b;
    let y = 0.212_672_9 * r + 0.715_152_2 * g + 0.072_175 * b;
    let z = 0.019_333_9 * r + 0.119_192 * g + 0.950_304_1 * b;
    let root = |value: f32, white: f32| {
        let share = value / white;
        if share > 0.008_856 { share.cbrt() } else { 7.787 * share + 16.0 / 116.0 }
    };
    let [x, y, z] = [root(x, WHITE[0]), root(y, WHITE[1]), root(z, WHITE[2])];
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// A sample as an amount of light, 0 to 1.
pub(crate) fn linear(sample: u8) -> f32 {
    let value = f32::from(sample) / 255.0;
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_colours_are_where_they_belong() {
        // As Bruce Lindbloom's calculator gives them.
        for (rgb, want) in [
            ([255, 255, 255], [100.0, 0.0, 0.0]),
            ([0, 0, 0], [0.0, 0.0, 0.0]),
            ([255, 0, 0], [53.24, 80.09, 67.20]),
            ([0, 255, 0], [87.73, -86.18, 83.18]),
            ([0, 0, 255], [32.30, 79.19, -107.86]),
            ([128, 128, 128], [53.59, 0.0, 0.0]),
        ] {
            let got = lab(rgb);
            assert!(got.iter().zip(want).all(|(a, b)| (a - b).abs() < 0.05), "{rgb:?}: {got:?}");
        }
    }
}
