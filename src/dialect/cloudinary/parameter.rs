//! The meaning of Cloudinary's parameters: one arm per row of the documentation's table.

use super::overlay::Kind;
use crate::dialect::draft::Native;
use crate::dialect::value::{Alpha, color_hex, color_name, decimal, float, number, ratio, signed, whole, whole_signed};
use crate::transform::{Name, Reason};

/// The position of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spot {
    /// The token acts on the image.
    Base,
    /// The token acts on an overlay.
    Overlay(Kind),
    /// The token acts on an overlay, and its position is that of the overlay.
    Place(Kind),
}

/// Returns the native token for a percent-decoded one.
pub(super) fn read(token: &str, spot: Spot) -> Result<Native, Reason> {
    let (key, value) = token.split_once('_').unwrap_or((token, ""));
    let placed = matches!(spot, Spot::Place(_));
    Ok(match key {
        "w" if value == "auto" => "w-auto".into(),
        "w" | "h" | "z" | "dpr" => format!("{key}-{}", number(value)?).into(),
        "ar" => match number(value) {
            Ok(number) => format!("ar-{number}-1").into(),
            Err(_) => format!("ar-{}", ratio(value)?).into(),
        },
        "c" => match value {
            "crop" => "cm-extract",
            "fill" => "c-maintain_ratio",
            "fit" => "c-at_max",
            "pad" => "cm-pad_resize",
            "scale" => "c-force",
            _ => return bad("`crop`, `fill`, `fit`, `pad` or `scale`"),
        }
        .into(),
        "g" => format!("{}-{}", if placed { "lfo" } else { "fo" }, gravity(value, placed)?).into(),
        "x" | "y" => format!("{}{key}-{}", if placed { "l" } else { "" }, whole_signed(value)?).into(),
        "f" => match value {
            "auto" | "jpg" | "jpeg" | "png" | "webp" | "gif" | "avif" => format!("f-{value}").into(),
            _ => return bad("`auto`, `jpg`, `png`, `webp`, `gif` or `avif`"),
        },
        "q" => format!("q-{}", quality(value)?).into(),
        "a" => format!("rt-{}", signed(value)?).into(),
        "r" => radius(value)?,
        "e" => effect(value)?,
        "bo" => border(value)?.into(),
        "b" => format!("bg-{}", background(value)?).into(),
        "t" => match Name::new(value) {
            Some(name) => format!("n-{name}").into(),
            None => return bad("a name of letters, digits and `_`"),
        },
        "fl" => progressive(value).unwrap_or(Err(Reason::NoCounterpart))?.into(),
        "co" => match spot {
            Spot::Overlay(Kind::Text) | Spot::Place(Kind::Text) => format!("co-{}", color(value)?).into(),
            _ => return Err(Reason::NotHere),
        },
        "so" | "eo" | "du" => return Err(Reason::VideoOnly),
        // Opacity, and parameters without a row.
        _ => return Err(Reason::NoCounterpart),
    })
}

fn bad<T>(expected: &'static str) -> Result<T, Reason> {
    Err(Reason::BadValue(expected))
}

/// Reads `progressive` with an optional mode after it; `None` for other flags.
pub(super) fn progressive(flag: &str) -> Option<Result<&'static str, Reason>> {
    Some(match flag.strip_prefix("progressive")? {
        "" | ":steep" | ":semi" => Ok("pr-true"),
        ":none" => Ok("pr-false"),
        mode if mode.starts_with(':') => bad("`steep`, `semi` or `none`"),
        _ => return None,
    })
}

/// Translates a gravity. An overlay is placed at a side, a corner or the centre only.
fn gravity(value: &str, placed: bool) -> Result<&'static str, Reason> {
    Ok(match value {
        "north" => "top",
        "south" => "bottom",
        "east" => "right",
        "west" => "left",
        "north_west" => "top_left",
        "north_east" => "top_right",
        "south_east" => "bottom_right",
        "south_west" => "bottom_left",
        "center" => "center",
        "auto" if !placed => "auto",
        "face" if !placed => "face",
        "custom" if !placed => "custom",
        _ if placed => return bad("`north`, `north_east`, ... or `center`"),
        _ => return bad("`north`, `north_east`, ..., `center`, `auto`, `face` or `custom`"),
    })
}

fn quality(value: &str) -> Result<&str, Reason> {
    Ok(match value {
        "auto" | "auto:good" => "70",
        "auto:low" => "50",
        "auto:eco" => "60",
        "auto:best" => "86",
        _ => {
            whole(value).map_err(|_| Reason::BadValue("1 to 100, `auto`, or `auto:` `low`, `eco`, `good` or `best`"))?
        }
    })
}

/// Translates a radius. Only the first corner counts (documented).
fn radius(value: &str) -> Result<Native, Reason> {
    let mut corners = value.split(':');
    let first = corners.next().unwrap_or_default();
    let more = corners.clone().count();
    let fine = |corner: &str| corner == "max" || whole(corner).is_ok();
    if more > 3 || !fine(first) || !corners.all(fine) {
        return bad("pixels, `max`, or up to four of these joined by `:`");
    }
    let native = Native::from(format!("r-{first}"));
    Ok(if more == 0 { native } else { native.losing("all corners get the radius of the first") })
}

fn effect(value: &str) -> Result<Native, Reason> {
    let (name, strength) = match value.split_once(':') {
        Some((name, strength)) => (name, Some(strength)),
        None => (value, None),
    };
    // A strength of 100 at Cloudinary is one pixel.
    let hundredth = |or: &str| match strength {
        None => Ok(or.to_owned()),
        Some(strength) => decimal(float(number(strength)?)? / 100.0),
    };
    Ok(match (name, strength) {
        ("blur", _) => format!("bl-{}", hundredth("1")?).into(),
        ("grayscale", None) => "e-grayscale".into(),
        ("contrast", None) => "e-contrast".into(),
        ("contrast", Some(strength)) => {
            signed(strength)?;
            Native::from("e-contrast").losing("how much contrast it is")
        }
        ("sharpen", None) => "e-sharpen".into(),
        ("sharpen", Some(_)) => format!("e-sharpen-{}", hundredth("")?).into(),
        ("unsharp_mask", _) => format!("e-usm-0-{}-1-0.05", hundredth("1")?).into(),
        ("trim", None) => "t-true".into(),
        ("trim", Some(tolerance)) => match tolerance.split_once(':') {
            None => format!("t-{}", whole(tolerance)?).into(),
            Some((tolerance, border)) => {
                color(border)?;
                Native::from(format!("t-{}", whole(tolerance)?)).losing("the colour that is cut off")
            }
        },
        _ => return bad("`blur`, `grayscale`, `contrast`, `sharpen`, `unsharp_mask` or `trim`"),
    })
}

/// Reads `5px_solid_red`.
fn border(value: &str) -> Result<String, Reason> {
    let parts = value.split_once("px_solid_").map(|(width, of)| (whole(width), color(of)));
    match parts {
        Some((Ok(width), Ok(color))) => Ok(format!("b-{width}_{color}")),
        _ => bad("a border such as `5px_solid_red`"),
    }
}

/// Reads a colour, or the blurred image.
fn background(value: &str) -> Result<String, Reason> {
    const EXPECTED: Reason =
        Reason::BadValue("`blurred:` a strength from 0 to 2000 and `:` a brightness from -300 to 100");
    let Some(blurred) = value.strip_prefix("blurred") else { return color(value) };
    if blurred.is_empty() {
        return Ok("blurred".to_owned());
    }
    let (intensity, brightness) = match blurred.strip_prefix(':').ok_or(EXPECTED)?.split_once(':') {
        Some((intensity, brightness)) => (intensity, Some(brightness)),
        None => (blurred.trim_start_matches(':'), None),
    };
    let intensity = number(intensity).and_then(float).map_err(|_| EXPECTED)?;
    if intensity > 2000.0 {
        return Err(EXPECTED);
    }
    let intensity = decimal(intensity / 20.0)?;
    let Some(brightness) = brightness else { return Ok(format!("blurred_{intensity}")) };
    whole_signed(brightness).map_err(|_| EXPECTED)?;
    let brightness: i32 = brightness.parse().map_err(|_| EXPECTED)?;
    let native = match brightness {
        -300..0 => format!("N{}", -brightness * 255 / 300),
        0..=100 => (brightness * 255 / 100).to_string(),
        _ => return Err(EXPECTED),
    };
    Ok(format!("blurred_{intensity}_{native}"))
}

/// Reads a colour by name, or as `rgb:` and hex digits.
fn color(value: &str) -> Result<String, Reason> {
    let color = match value.strip_prefix("rgb:") {
        Some(hex) => color_hex(hex, Alpha::Last),
        None => color_name(value),
    };
    color.map_err(|_| Reason::BadValue("a colour's name, or `rgb:` and 3, 4, 6 or 8 hex digits"))
}
