//! The loop without a driver: poll, do the returned step, and hand back its result.
//!
//! This is all that is needed to embed originkit in any event loop. The "origin" here is a function, so nothing touches
//! a network; the program writes the image to the given path, or just prints its size.

#[path = "images/mod.rs"]
mod images;

use std::collections::HashMap;
use std::time::SystemTime;

use http::{Request, Response, StatusCode};
use originkit::delivery::{Input, Output};
use originkit::{Endpoint, Engine, Origin};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let endpoint = Endpoint::new("https://img.example.com")
        .origin(Origin::new("https://new.example.com"))
        .origin(Origin::new("https://www.example.com/assets").canonical("https://www.example.com/assets"));
    let engine = Engine::builder().endpoint(endpoint).build()?;

    let request =
        Request::get("https://img.example.com/tr:w-300,h-200/photo.jpg").header("accept", "image/webp,*/*").body(())?;
    let mut delivery = engine.deliver(&request, SystemTime::now());

    // Any map from keys to bytes is a store; the second of two equal requests would find the image here.
    let mut store = HashMap::new();
    let response = loop {
        match delivery.poll() {
            Output::Lookup(key) => {
                let file = store.get(&key).cloned();
                _ = delivery.handle(Input::Found(key, file));
            }
            // A real program looks up the addresses of `fetch.host()`, has them approved by `fetch.approve`, and sends
            // the result to one of them. Several fetches may come before `Wait`, to be sent together.
            Output::Fetch(fetch) => {
                let (status, body) = origin(fetch.request());
                println!("{} {} -> {status}", fetch.request().method(), fetch.request().uri());
                let mut head = Response::new(());
                *head.status_mut() = status;
                // `Break` means that no more of this response is needed.
                if delivery.handle(Input::Head(fetch.id, head)).is_break() {
                    continue;
                }
                if delivery.handle(Input::Chunk(fetch.id, body.into())).is_continue() {
                    _ = delivery.handle(Input::End(fetch.id));
                }
            }
            // A real program does this on a thread that may block.
            Output::Render(render) => _ = delivery.handle(Input::Rendered(render.run())),
            // A file for the store.
            Output::Store(file) => _ = store.insert(file.key().clone(), file.to_bytes()),
            Output::Respond(response) => break response,
            // Every fetch was answered in place above, so there is never anything to wait for.
            Output::Wait => return Err("the machine waits for an answer that was never asked for".into()),
        }
    };

    println!("{} {} bytes", response.status(), response.body().len());
    for (name, value) in response.headers() {
        println!("{name}: {}", String::from_utf8_lossy(value.as_bytes()));
    }
    if let Some(path) = std::env::args().nth(1) {
        std::fs::write(path, response.body())?;
    }
    Ok(())
}

/// An origin server in the form of a function: only the second host has the image.
fn origin(request: &Request<()>) -> (StatusCode, Vec<u8>) {
    let file = request.uri().to_string().strip_prefix("https://www.example.com/assets/").and_then(images::draw);
    file.map_or((StatusCode::NOT_FOUND, Vec::new()), |file| (StatusCode::OK, file))
}
