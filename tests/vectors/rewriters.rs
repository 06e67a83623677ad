//! rewriters.json: a URL in another service's syntax to native transformation, asset and origin query.

use originkit::transform::{Reading, Transformation};
use originkit::{Dialect, Endpoint, Engine, Limits, Origin};
use serde_json::Value;

pub(crate) fn check(vector: &Value, _file: &Value) -> Result<(), String> {
    const BASE: &str = "https://ik.imagekit.io/demo";
    let dialect = match vector["rewriter"].as_str().unwrap() {
        "cloudinary" => {
            // Not in the vectors of the project, but in the service's configuration.
            let preserve = ["preserve_asset_delivery_types", "preserveAssetDeliveryTypes"];
            let preserve_asset_delivery_types = preserve.iter().any(|key| vector[*key] == true);
            Dialect::Cloudinary { preserve_asset_delivery_types }
        }
        "imgix" => Dialect::Imgix,
        "akamai" => Dialect::Akamai,
        other => return Err(format!("there is no rewriter {other}")),
    };
    let endpoint = Endpoint::new(BASE).origin(Origin::new("https://www.example.com")).dialect(dialect);
    // What is stored under a name that a vector mentions is not its matter.
    let named = want_of(vector).split([',', ':']).filter_map(|token| token.strip_prefix("n-"));
    let builder = named.fold(Engine::builder().endpoint(endpoint), |builder, name| builder.named(name, ""));
    let engine = builder.build().map_err(|e| e.to_string())?;
    let path_and_query = vector["path_and_query"].as_str().unwrap();
    let url = engine.parse(&format!("{BASE}{path_and_query}")).map_err(|e| e.to_string())?;
    let want = &vector["expect"];

    // Two spellings of one value are equal, but both must be heard alike.
    let read = |text: &str| Transformation::parse(text, &Limits::default()).map_err(|e| format!("{e:#}"));
    match (url.transformation_text(), want["transformation"].as_str()) {
        (None, None) => {}
        (Some(found), Some(want)) => {
            let Reading { transformation, .. } = read(want)?;
            let found_value = read(found)?.transformation;
            if transformation != found_value {
                return Err(format!("transformation: found {found}, expected {want}"));
            }
            if read(&found_value.to_string())?.transformation != transformation {
                return Err(format!("{found_value} reads as another value"));
            }
        }
        (found, want) => return Err(format!("transformation: found {found:?}, expected {want:?}")),
    }
    let same = |what: &str, found: &str, want: &str| {
        if found == want { Ok(()) } else { Err(format!("{what}: found {found}, expected {want}")) }
    };
    same("asset", url.path(), want["asset_path"].as_str().unwrap())?;
    same("query", url.query().unwrap_or_default(), want["origin_query"].as_str().unwrap())
}

fn want_of(vector: &Value) -> &str {
    vector["expect"]["transformation"].as_str().unwrap_or_default()
}
