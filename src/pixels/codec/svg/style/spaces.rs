//! Conversions between sRGB and the colour spaces of CSS Color 4.

use crate::math;
use crate::pixels::color::{from_light, to_light};

/// Converts an sRGB colour to the space in which it is mixed.
pub(super) fn to_mixing(space: &str, rgb: [f64; 3]) -> Option<[f64; 3]> {
    let angle = |[l, a, b]: [f64; 3]| [l, math::length(a, b), math::atan2(b, a).to_degrees()];
    Some(match space {
        "srgb" => rgb,
        "srgb-linear" => rgb.map(linear),
        "oklab" => to_oklab(rgb),
        "oklch" => angle(to_oklab(rgb)),
        "lab" => to_lab(rgb),
        "lch" => angle(to_lab(rgb)),
        "hsl" => to_hsl(rgb),
        _ => return None,
    })
}

/// Converts a mixed colour to sRGB.
pub(super) fn from_mixing(space: &str, [a, b, c]: [f64; 3]) -> Option<[f64; 3]> {
    Some(match space {
        "srgb" => [a, b, c],
        "srgb-linear" => [a, b, c].map(encoded),
        "oklab" => from_oklab([a, b, c]),
        "oklch" => from_oklab(polar(a, b, c)),
        "lab" => from_lab([a, b, c]),
        "lch" => from_lab(polar(a, b, c)),
        "hsl" => hsl(a, b, c),
        _ => return None,
    })
}

/// Converts lightness, chroma and hue in degrees to lightness and two axes.
pub(super) fn polar(lightness: f64, chroma: f64, hue: f64) -> [f64; 3] {
    let (sin, cos) = math::sin_cos(hue.to_radians());
    [lightness, chroma * cos, chroma * sin]
}

/// Converts hue in degrees, saturation and lightness to RGB.
pub(super) fn hsl(hue: f64, saturation: f64, lightness: f64) -> [f64; 3] {
    let spread = saturation * lightness.min(1.0 - lightness);
    [0.0, 8.0, 4.0].map(|shift: f64| {
        let k = (shift + hue / 30.0).rem_euclid(12.0);
        lightness - spread * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0)
    })
}

fn to_hsl([r, g, b]: [f64; 3]) -> [f64; 3] {
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let (spread, lightness) = (most - least, (most + least) / 2.0);
    if spread <= 0.0 {
        return [0.0, 0.0, lightness];
    }
    let hue = if most <= r {
        (g - b) / spread
    } else if most <= g {
        (b - r) / spread + 2.0
    } else {
        (r - g) / spread + 4.0
    };
    [(hue * 60.0).rem_euclid(360.0), spread / (1.0 - (2.0 * lightness - 1.0).abs()), lightness]
}

fn linear(value: f64) -> f64 {
    to_light(value.abs()).copysign(value)
}

fn encoded(value: f64) -> f64 {
    from_light(value.abs()).copysign(value)
}

fn times(matrix: [[f64; 3]; 3], [a, b, c]: [f64; 3]) -> [f64; 3] {
    matrix.map(|[x, y, z]| x * a + y * b + z * c)
}

/// Converts Oklab to sRGB.
pub(super) fn from_oklab(lab: [f64; 3]) -> [f64; 3] {
    let lms = times(
        [
            [1.0, 0.396_337_777_4, 0.215_803_757_3],
            [1.0, -0.105_561_345_8, -0.063_854_172_8],
            [1.0, -0.089_484_177_5, -1.291_485_548],
        ],
        lab,
    );
    let rgb = times(
        [
            [4.076_741_662_1, -3.307_711_591_3, 0.230_969_929_2],
            [-1.268_438_004_6, 2.609_757_401_1, -0.341_319_396_5],
            [-0.004_196_086_3, -0.703_418_614_7, 1.707_614_701],
        ],
        lms.map(|v| v * v * v),
    );
    rgb.map(encoded)
}

fn to_oklab(rgb: [f64; 3]) -> [f64; 3] {
    let lms = times(
        [
            [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
            [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
            [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
        ],
        rgb.map(linear),
    );
    times(
        [
            [0.210_454_255_3, 0.793_617_785, -0.004_072_046_8],
            [1.977_998_495_1, -2.428_592_205, 0.450_593_709_9],
            [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766],
        ],
        lms.map(f64::cbrt),
    )
}

/// Converts CIE Lab (D50) to sRGB.
pub(super) fn from_lab([l, a, b]: [f64; 3]) -> [f64; 3] {
    let y = (l + 16.0) / 116.0;
    let cube = |v: f64| if v * v * v > LAB_BEND { v * v * v } else { (116.0 * v - 16.0) / LAB_SLOPE };
    let xyz =
        [cube(a / 500.0 + y) * D50[0], if l > 8.0 { y * y * y } else { l / LAB_SLOPE }, cube(y - b / 200.0) * D50[2]];
    from_xyz_d50(xyz)
}

fn to_lab(rgb: [f64; 3]) -> [f64; 3] {
    let [x, y, z] = times(RGB_TO_XYZ_D50, rgb.map(linear));
    let root = |v: f64| if v > LAB_BEND { math::cbrt(v) } else { (LAB_SLOPE * v + 16.0) / 116.0 };
    let [x, y, z] = [root(x / D50[0]), root(y), root(z / D50[2])];
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

fn from_xyz_d50(xyz: [f64; 3]) -> [f64; 3] {
    times(
        [
            [3.134_135_85, -1.617_386_23, -0.490_662_17],
            [-0.978_795_5, 1.916_254_37, 0.033_442_87],
            [0.071_955_39, -0.228_976_76, 1.405_386_03],
        ],
        xyz,
    )
    .map(encoded)
}

/// Converts a colour of the function `color()`.
pub(super) fn from_space(space: &str, values: [f64; 3]) -> Option<[f64; 3]> {
    let from_p3 = |linear: [f64; 3]| {
        times(
            [
                [1.224_940_18, -0.224_940_18, 0.0],
                [-0.042_056_95, 1.042_056_95, 0.0],
                [-0.019_637_55, -0.078_636_05, 1.098_273_6],
            ],
            linear,
        )
        .map(encoded)
    };
    Some(match space {
        "srgb" => values,
        "srgb-linear" => values.map(encoded),
        "display-p3" => from_p3(values.map(linear)),
        "xyz" | "xyz-d65" => times(
            [
                [3.240_969_94, -1.537_383_18, -0.498_610_76],
                [-0.969_243_64, 1.875_967_5, 0.041_555_06],
                [0.055_630_08, -0.203_976_96, 1.056_971_51],
            ],
            values,
        )
        .map(encoded),
        "xyz-d50" => from_xyz_d50(values),
        _ => return None,
    })
}

const D50: [f64; 3] = [0.964_295_67, 1.0, 0.825_104_6];
const LAB_BEND: f64 = 216.0 / 24389.0;
const LAB_SLOPE: f64 = 24389.0 / 27.0;
const RGB_TO_XYZ_D50: [[f64; 3]; 3] = [
    [0.436_065_74, 0.385_151_5, 0.143_078_41],
    [0.222_493_17, 0.716_886_96, 0.060_619_79],
    [0.013_923_92, 0.097_081_32, 0.714_099_35],
];
