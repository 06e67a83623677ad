//! url.json: a URL and a configuration to endpoint, transformation, asset and origin requests.

use std::time::SystemTime;

use originkit::{Endpoint, Engine, Error, Origin};
use serde_json::{Value, json};

pub(crate) fn check(vector: &Value, file: &Value) -> Result<(), String> {
    let config = &file["configs"][vector["config"].as_str().unwrap()];
    let engine = engine(config);
    let url = vector["url"].as_str().unwrap();
    let want = &vector["expect"];
    let request = http::Request::get(url).body(()).map_err(|e| e.to_string())?;
    let order = match engine.resolve(&request, SystemTime::UNIX_EPOCH) {
        Ok(order) => order,
        Err(rejection) => {
            let error = Error::from(rejection);
            let found = json!({ "error": error.status().as_u16(), "ik_error": error.code().as_str() });
            return same("rejection", &found, want);
        }
    };
    let endpoint = engine.endpoints().iter().find(|endpoint| endpoint.base() == order.endpoint()).unwrap();
    let read = engine.parse(url).map_err(|e| format!("parse refuses what resolve took: {e}"))?;
    let configured = config["endpoints"].as_array().unwrap().iter();
    let id = configured.filter(|e| e["bases"][0] == endpoint.base()).map(|e| e["id"].clone()).next().unwrap();

    let mut found = json!({
        "endpoint": id,
        "transformation": read.transformation_text(),
        "asset_path": order.path(),
    });
    if read.is_thumbnail() {
        found["thumbnail"] = json!(true);
    }
    if read.is_attachment() {
        found["attachment"] = json!(true);
    }
    if let Some(name) = read.attachment_filename() {
        found["attachment_filename"] = json!(name);
    }
    match (read.signature(), read.expires()) {
        (None, None) => {}
        (Some(signature), None) => found["signature"] = json!({ "ik-s": signature }),
        (signature, expires) => found["signature"] = json!({ "ik-s": signature, "ik-t": expires }),
    }
    let mut requests = order.attempts();
    let steps = endpoint.origins().iter().zip(order.links());
    found["requests"] = steps
        .map(|(origin, link)| match link {
            Err(code) => json!({ "origin": origin.name(), "skip": code.as_str() }),
            Ok(link) => {
                let request = requests.next().unwrap();
                let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
                let mut step = json!({
                    "origin": origin.name(),
                    "url": request.uri().to_string(),
                    "headers": { "host": header("host"), "x-req-from": header("x-req-from") },
                });
                if let Some(link) = link {
                    step["link"] = json!(link.to_str().unwrap());
                }
                step
            }
        })
        .collect();
    same("order", &found, want)
}

fn same(what: &str, found: &Value, want: &Value) -> Result<(), String> {
    if found == want { Ok(()) } else { Err(format!("{what}: found {found}, expected {want}")) }
}

/// The engine that a configuration of the file describes.
fn engine(config: &Value) -> Engine {
    let mut builder = Engine::builder();
    for endpoint in config["endpoints"].as_array().unwrap() {
        let mut bases = endpoint["bases"].as_array().unwrap().iter().map(|base| base.as_str().unwrap());
        let mut built = Endpoint::new(bases.next().unwrap());
        for base in bases {
            built = built.also(base);
        }
        for name in endpoint["origins"].as_array().unwrap() {
            let name = name.as_str().unwrap();
            built = built.origin(origin(name, &config["origins"][name]));
        }
        builder = builder.endpoint(built);
    }
    builder.build().unwrap()
}

fn origin(name: &str, config: &Value) -> Origin {
    let mut origin = match config["type"].as_str().unwrap() {
        "web_server" => Origin::new(config["base_url"].as_str().unwrap()),
        // The format knows no host lists, so every public host is allowed.
        "web_proxy" => Origin::proxy(["*"]),
        other => panic!("an origin of type {other}"),
    };
    origin = origin.named(name).forward_host(config["forward_host"] == true);
    match config["canonical_base"].as_str() {
        Some(base) => origin.canonical(base),
        None => origin,
    }
}
