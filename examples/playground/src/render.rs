//! A whole delivery without a network: the origins are the files that come with the question.

use std::cell::Cell;

use http::{HeaderValue, Request, Response, StatusCode};
use originkit::bytes::Bytes;
use originkit::delivery::{Input, Output};
use originkit::render::{Cost, Info};
use originkit::{Error, Order};
use serde_json::{Value, json};

use crate::Host;
use crate::message::File;
use crate::setup::Setup;

/// The response of a delivery, and what its render states to take at most.
struct Delivered {
    response: Response<Bytes>,
    cost: Option<Cost>,
}

/// Renders the first file. The others are the files that layers and default images name.
pub(crate) fn render(host: &Host<'_>, question: &Value, files: &[File]) -> Result<(Value, Vec<u8>), String> {
    let Delivered { response, cost } = deliver(host, question, files, false)?;
    let headers = response.headers().iter();
    let headers: Vec<_> =
        headers.map(|(name, value)| json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())])).collect();
    let answer = json!({
        "status": response.status().as_u16(),
        "headers": headers,
        "memory": cost.map(|cost| cost.memory),
    });
    Ok((answer, response.into_body().to_vec()))
}

/// Says what a render would take, without rendering.
pub(crate) fn cost(host: &Host<'_>, question: &Value, files: &[File]) -> Result<Value, String> {
    let cost = deliver(host, question, files, true)?.cost;
    Ok(json!({ "memory": cost.map(|cost| cost.memory) }))
}

/// Says what a file is: size, format, colours.
pub(crate) fn inspect(host: &Host<'_>, files: &[File]) -> Result<Value, String> {
    let file = files.first().ok_or("there is no file")?;
    let info = host.renderer.inspect(&file.bytes).as_ref().map(Info::to_json).map_err(ToString::to_string)?;
    serde_json::from_str(&info).map_err(|error| error.to_string())
}

/// Runs a delivery. With `only_cost` no image is drawn.
fn deliver(host: &Host<'_>, question: &Value, files: &[File], only_cost: bool) -> Result<Delivered, String> {
    let Setup { engine, url, headers, .. } = Setup::read(host, question)?;
    let mut request = Request::get(url);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request.body(()).map_err(|error| error.to_string())?;
    let order = engine.resolve(&request, host.now).ok();
    let mut delivery = engine.deliver(&request, host.now);
    let cost = Cell::new(None);
    loop {
        match delivery.poll() {
            Output::Lookup(key) => _ = delivery.handle(Input::Found(key, None)),
            Output::Fetch(fetch) => {
                let (head, body) = origin(fetch.request(), order.as_ref(), files);
                if delivery.handle(Input::Head(fetch.id, head)).is_break() {
                    continue;
                }
                if delivery.handle(Input::Chunk(fetch.id, body)).is_continue() {
                    _ = delivery.handle(Input::End(fetch.id));
                }
            }
            Output::Render(render) => {
                let admit = |stated: Cost| {
                    cost.set(Some(stated));
                    if only_cost { Err(Error::Stopped) } else { Ok(()) }
                };
                let rendered = render.run_admitted(host.renderer, admit);
                _ = delivery.handle(Input::Rendered(rendered));
            }
            Output::Store(_) => {}
            Output::Respond(response) => return Ok(Delivered { response, cost: cost.get() }),
            Output::Wait => return Err("the delivery waits for nothing".to_owned()),
        }
    }
}

/// The origins: the first file answers for the asset, under whatever name, and the others for their names.
fn origin(request: &Request<()>, order: Option<&Order>, files: &[File]) -> (Response<()>, Bytes) {
    let wanted = request.uri();
    let is_asset = order.is_some_and(|order| order.attempts().any(|attempt| attempt.uri() == wanted));
    let name = wanted.path().rsplit('/').next().unwrap_or_default();
    let file = if is_asset { files.first() } else { files.iter().find(|file| file.name == name) };
    let mut head = Response::new(());
    let Some(file) = file else {
        *head.status_mut() = StatusCode::NOT_FOUND;
        return (head, Bytes::new());
    };
    // As a web server does: by the name.
    let kind = match file.name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "jpg" | "jpeg" => "image/jpeg",
        _ => "application/octet-stream",
    };
    head.headers_mut().insert("content-type", HeaderValue::from_static(kind));
    (head, file.bytes.clone())
}
