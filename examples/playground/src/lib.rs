//! The playground: a page that takes URLs apart, and renders images as they are typed.
//!
//! The page in `page/` asks questions and shows answers; this library answers. In the browser it is a WebAssembly module
//! in a worker ([`wasm`]), and nothing leaves the page. The example `serve` has the same page, and answers by HTTP with
//! its own engine. Both pass one message in and one message back ([`answer`]), so that the page knows no difference.

mod edit;
mod explanation;
pub mod fonts;
mod message;
mod parameters;
mod parts;
mod render;
mod setup;
#[cfg(target_arch = "wasm32")]
pub mod wasm;

use std::time::SystemTime;

use originkit::bytes::Bytes;
use originkit::{Engine, Renderer};
use serde_json::{Value, json};

/// The files of the page: names, content types and contents.
pub const PAGE: [(&str, &str, &str); 6] = [
    ("index.html", "text/html; charset=utf-8", include_str!("../page/index.html")),
    ("style.css", "text/css; charset=utf-8", include_str!("../page/style.css")),
    ("page.js", "text/javascript; charset=utf-8", include_str!("../page/page.js")),
    ("view.js", "text/javascript; charset=utf-8", include_str!("../page/view.js")),
    ("backend.js", "text/javascript; charset=utf-8", include_str!("../page/backend.js")),
    ("worker.js", "text/javascript; charset=utf-8", include_str!("../page/worker.js")),
];

/// The engine, the renderer and the time with which a question is answered.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "an example")]
pub struct Host<'a> {
    /// The engine of a server. Without one, each question brings its endpoints.
    pub engine: Option<&'a Engine>,
    /// Decodes and encodes.
    pub renderer: &'a Renderer,
    /// The time, for signatures that expire.
    pub now: SystemTime,
}

/// Answers a question of the page. An error is an answer, too: `{"error": text}`.
#[must_use]
pub fn answer(host: &Host<'_>, question: Bytes) -> Vec<u8> {
    let Some((question, files)) = message::read(question) else {
        return message::write(json!({ "error": "a message that is not as `message.rs` has it" }), None);
    };
    let answered = match question.get("ask").and_then(Value::as_str) {
        Some("start") => Ok((start(host), None)),
        Some("explain") => explanation::explain(host, &question).map(|answer| (answer, None)),
        Some("edit") => edit::edit(host, &question).map(|answer| (answer, None)),
        Some("inspect") => render::inspect(host, &files).map(|answer| (answer, None)),
        Some("cost") => render::cost(host, &question, &files).map(|answer| (answer, None)),
        Some("render") => render::render(host, &question, &files).map(|(answer, image)| (answer, Some(image))),
        _ => Err("there is no such question".to_owned()),
    };
    match answered {
        Ok((answer, image)) => message::write(answer, image.as_deref()),
        Err(error) => message::write(json!({ "error": error }), None),
    }
}

/// Returns the parameters and the configuration, which the page needs first.
fn start(host: &Host<'_>) -> Value {
    let endpoints =
        host.engine.map(|engine| engine.endpoints().iter().map(|it| it.base().to_owned()).collect::<Vec<_>>());
    json!({
        "parameters": parameters::all().collect::<Vec<_>>(),
        "groups": parameters::GROUPS,
        "dialects": explain::DIALECTS,
        "endpoints": endpoints,
    })
}
