//! The effects that need a model: several keys that share one field and are not in the table.

use super::printer::Printer;
use super::prompt;
use super::value::{Expected, Flag, Value, integer, subparams, write_subparam};
use crate::number::Number;
use crate::transform::Ai;

/// Returns `true` if this is the key of an effect that needs a model.
pub(super) fn is_key(key: &str) -> bool {
    is_for_layers(key) || matches!(key, "e-changebg" | "e-edit" | "e-retouch" | "e-upscale" | "e-genvar")
}

/// Returns `true` if layers may have this effect too.
pub(super) fn is_for_layers(key: &str) -> bool {
    matches!(key, "e-bgremove" | "e-removedotbg" | "e-dropshadow")
}

/// Reads the value after a key of [`is_key`].
pub(super) fn read(key: &str, text: &str) -> Result<Ai, Expected> {
    let flag = |effect| Flag::read(text).map(|Flag| effect);
    match key {
        "e-dropshadow" => drop_shadow(text),
        "e-changebg" => prompt::read(text).map(|prompt| Ai::ChangeBackground { prompt }),
        "e-edit" => prompt::read(text).map(|prompt| Ai::Edit { prompt }),
        "e-bgremove" => flag(Ai::RemoveBackground),
        "e-removedotbg" => flag(Ai::RemoveBackgroundExternal),
        "e-retouch" => flag(Ai::Retouch),
        "e-upscale" => flag(Ai::Upscale),
        _ => flag(Ai::Variation),
    }
}

/// Appends the key and the value.
pub(super) fn write(effect: &Ai, out: &mut Printer) {
    let mut value = String::new();
    match effect {
        Ai::ChangeBackground { prompt } | Ai::Edit { prompt } => prompt::write(prompt, &mut value),
        Ai::DropShadow { azimuth, elevation, strength } => {
            write_subparam("az", azimuth.map(|a| Number::from(u32::from(a))).as_ref(), &mut value);
            write_subparam("el", elevation.as_ref(), &mut value);
            write_subparam("st", strength.as_ref(), &mut value);
        }
        _ => {}
    }
    out.pair(effect.key(), &value);
}

fn drop_shadow(text: &str) -> Result<Ai, Expected> {
    const EXPECTED: Expected = "`az-` 0 to 360, `el-` 0 to 90 and `st-` 0 to 100, joined by `_`";
    let (mut azimuth, mut elevation, mut strength) = (None, None, None);
    if !text.is_empty() {
        for (key, value) in subparams(text, &["az", "el", "st"]).ok_or(EXPECTED)? {
            match key {
                "az" => azimuth = Some(integer(value, 0..=360).ok_or(EXPECTED)?),
                "el" => elevation = Some(integer(value, 0..=90).ok_or(EXPECTED)?),
                _ => strength = Some(integer(value, 0..=100).ok_or(EXPECTED)?),
            }
        }
    }
    Ok(Ai::DropShadow { azimuth, elevation, strength })
}
