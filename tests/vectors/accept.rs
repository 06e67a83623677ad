//! accept.json: source, transformation, `Accept` and settings to the formats that are tried.

use std::collections::BTreeSet;
use std::time::SystemTime;

use originkit::transform::{Background, Encoding, Rotation, Step};
use originkit::{Endpoint, Engine, Format, Order, Origin, Settings};
use serde_json::Value;

pub(crate) fn check(vector: &Value, _file: &Value) -> Result<(), String> {
    let mut settings = Settings::default();
    for (name, value) in vector["settings"].as_object().unwrap() {
        let on = value.as_bool().ok_or_else(|| format!("setting {name} is no truth value"))?;
        match name.as_str() {
            "best_format" => settings.best_format = on,
            "avif" => settings.avif = on,
            "preserve_color_profile" => settings.color_profile = on,
            "preserve_metadata" => settings.metadata = on,
            other => return Err(format!("there is no setting {other}")),
        }
    }
    let endpoint = Endpoint::new("https://e.example").origin(Origin::new("https://o.example"));
    let engine = Engine::builder().endpoint(endpoint).settings(settings).build().unwrap();
    let tr = vector["tr"].as_str().unwrap_or_default();
    let mut request = http::Request::get(format!("https://e.example/tr:{tr}/a"));
    if let Some(accept) = vector["accept"].as_str() {
        request = request.header("accept", accept);
    }
    let order = engine.resolve(&request.body(()).unwrap(), SystemTime::UNIX_EPOCH).map_err(|e| e.to_string())?;
    let found = candidates(&order, &vector["source"])?;
    let want = vector["expect"]["candidates"].as_array().unwrap();
    let want: BTreeSet<_> = want.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    if found == want { Ok(()) } else { Err(format!("found {found:?}, expected {want:?}")) }
}

fn candidates(order: &Order, source: &Value) -> Result<BTreeSet<String>, String> {
    let steps = &order.transformation().steps;
    let mut output = Encoding::default();
    order.transformation().edits().for_each(|edit| output.fold(&edit.encoding));
    if output.original == Some(true) {
        return Ok(BTreeSet::from(["original".to_owned()]));
    }
    let format = match source["format"].as_str().unwrap() {
        "jpeg" => Format::Jpeg,
        "png" => Format::Png,
        "webp" => Format::WebP,
        "gif" => Format::Gif,
        "avif" => Format::Avif,
        "svg" => Format::Svg,
        "heic" => Format::Heic,
        "psd" => Format::Psd,
        "pdf" => Format::Pdf,
        "bmp" => Format::Bmp,
        "tiff" => Format::Tiff,
        "ico" => Format::Ico,
        other => return Err(format!("there is no format {other}")),
    };
    let alpha = steps.iter().fold(source["alpha"] == true, transparent);
    Ok(order.formats(&output, format, alpha).iter().map(ToString::to_string).collect())
}

/// What the renderer sees in the pixels, worked out from the few parameters that the vectors use.
fn transparent(before: bool, step: &Step) -> bool {
    let Step::Edit(edit) = step else { return before };
    let turned = match edit.rotation {
        Some(Rotation::Degrees(angle)) => angle.to_f64() % 90.0 != 0.0,
        _ => false,
    };
    let paint = &edit.paint;
    let holes = before || turned || paint.radius.is_some() || paint.opacity.is_some_and(|percent| percent < 100);
    let filled = matches!(&paint.background, Some(Background::Color(color)) if color.opacity == 100);
    holes && !filled
}
