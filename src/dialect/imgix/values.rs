//! The meaning of imgix's parameters: one arm per row of the documentation's table.

use crate::dialect::draft::Native;
use crate::dialect::value::{Alpha, color_hex, color_name, decimal, float, number, ratio, signed, whole};
use crate::transform::Reason;

/// The translation of `fit=facearea`.
pub(super) const FACE: &str = "fo-face";

/// Returns the native token of a parameter. For `usm` it is the sigma only, for `usmrad` the radius.
pub(super) fn read(name: &str, value: &str) -> Result<Native, Reason> {
    let bad = |expected| Err(Reason::BadValue(expected));
    Ok(match name {
        "w" | "h" | "dpr" => format!("{name}-{}", number(value)?).into(),
        "ar" => format!("ar-{}", ratio(value)?).into(),
        "fit" => match value {
            "clip" => "c-at_max_enlarge",
            // The default behaviour.
            "crop" => "",
            "fill" => "cm-pad_resize",
            "fillmax" => {
                return Ok(Native::from("cm-pad_resize").losing("a smaller image is enlarged before it is padded"));
            }
            "max" => "c-at_max",
            "scale" => "c-force",
            "facearea" => FACE,
            _ => return bad("`clip`, `crop`, `fill`, `fillmax`, `max`, `scale` or `facearea`"),
        }
        .into(),
        "crop" => crop(value)?,
        "fill" if value == "solid" => "".into(),
        "fill" => return bad("`solid`: others are filled with one colour all the same"),
        "fill-color" | "bg" => {
            let color = color_name(value).or_else(|_| color_hex(value, Alpha::First));
            format!(
                "bg-{}",
                color.map_err(|_| Reason::BadValue("a colour's name, or hex digits with the opacity first"))?
            )
            .into()
        }
        "fm" => match value {
            "jpg" | "jpeg" | "png" | "webp" | "gif" | "avif" => format!("f-{value}").into(),
            "jp2" => Native::from("f-jpg").losing("it becomes a JPEG"),
            "png8" | "png32" => "f-png".into(),
            _ => return bad("`jpg`, `png`, `webp`, `gif` or `avif`"),
        },
        "q" => format!("q-{}", whole(value)?).into(),
        "orient" => match value {
            "1" | "0" => "rt-0",
            "6" | "90" => "rt-90",
            "3" | "180" => "rt-180",
            "8" | "270" => "rt-270",
            _ => return bad("1, 3, 6, 8, or a right angle: nothing is mirrored"),
        }
        .into(),
        "sharp" => format!("e-sharpen-{}", decimal(20.0 * float(number(value)?)?)?).into(),
        "con" => {
            signed(value)?;
            if float(value)?.abs() > 0.0 {
                Native::from("e-contrast").losing("how much contrast it is")
            } else {
                "".into()
            }
        }
        "usm" => {
            signed(value)?;
            format!("{:.2}", float(value)?.max(0.0) / 5.0).into()
        }
        "usmrad" => number(value)?.into(),
        "blur" => format!("bl-{:.2}", float(number(value)?)? / 20.0).into(),
        "trim" if matches!(value, "auto" | "color") => "t-true".into(),
        "trim" => return bad("`auto` or `color`"),
        _ => return Err(Reason::NoCounterpart),
    })
}

/// Translates a side, or one side of each axis in either order.
fn crop(value: &str) -> Result<Native, Reason> {
    const EXPECTED: Reason = Reason::BadValue("sides such as `top,left`, or `faces`");
    if value == "faces" {
        return Ok("fo-auto".into());
    }
    let (mut vertical, mut horizontal) = (None, None);
    for side in value.split(',') {
        let slot = match side {
            "top" | "bottom" => &mut vertical,
            "left" | "right" => &mut horizontal,
            _ => return Err(EXPECTED),
        };
        if slot.replace(side).is_some() {
            return Err(EXPECTED);
        }
    }
    Ok(match (vertical, horizontal) {
        (Some(vertical), Some(horizontal)) => format!("fo-{vertical}_{horizontal}").into(),
        (Some(side), None) | (None, Some(side)) => format!("fo-{side}").into(),
        (None, None) => return Err(EXPECTED),
    })
}
