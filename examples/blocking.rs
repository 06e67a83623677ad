//! A blocking image server: `tiny_http` as the server, `ureq` as the client, and no async runtime.
//!
//! ```text
//! cargo run --release --features ureq --example blocking                          # with a built-in origin
//! cargo run --release --features ureq --example blocking -- https://www.example.com
//! ```

#[path = "images/mod.rs"]
mod images;

use std::time::SystemTime;

use http::{Request, Response};
use originkit::adapters::Ureq;
use originkit::blocking::{Io, drive};
use originkit::delivery::Render;
use originkit::{Endpoint, Engine, Origin};

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let server = tiny_http::Server::http("127.0.0.1:0")?;
    let address = format!("http://{}", server.server_addr());
    let base = match std::env::args().nth(1) {
        Some(base) => base,
        None => start_origin()?,
    };
    let endpoint = Endpoint::new(&address).origin(Origin::new(&base));
    let engine = Engine::builder().endpoint(endpoint).build()?;
    let io = Io::new(Ureq::new(), Render::run);
    println!("origin {base}\ntry    {address}/tr:w-300,h-300/photo.jpg");

    for incoming in server.incoming_requests() {
        let mut request = Request::builder().method(incoming.method().as_str()).uri(incoming.url());
        for header in incoming.headers() {
            request = request.header(header.field.as_str().as_str(), header.value.as_str());
        }
        let Ok(request) = request.body(()) else { continue };
        let response = drive(engine.deliver(&request, SystemTime::now()), &io).response;
        println!("{} {}", response.status(), incoming.url());
        // A client that disconnected is not an error of the server.
        _ = incoming.respond(answer(&response));
    }
    Ok(())
}

fn answer(response: &Response<bytes::Bytes>) -> tiny_http::Response<std::io::Cursor<Vec<u8>>> {
    let mut answer =
        tiny_http::Response::from_data(response.body().to_vec()).with_status_code(response.status().as_u16());
    for (name, value) in response.headers() {
        if let Ok(header) = tiny_http::Header::from_bytes(name.as_str(), value.as_bytes()) {
            answer.add_header(header);
        }
    }
    answer
}

/// Starts a second server with images on another thread.
fn start_origin() -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let origin = tiny_http::Server::http("127.0.0.1:0")?;
    let base = format!("http://{}", origin.server_addr());
    std::thread::spawn(move || {
        for request in origin.incoming_requests() {
            _ = match request.url().strip_prefix('/').and_then(images::draw) {
                Some(file) => request.respond(tiny_http::Response::from_data(file)),
                None => request.respond(tiny_http::Response::from_data("").with_status_code(404)),
            };
        }
    });
    Ok(base)
}
