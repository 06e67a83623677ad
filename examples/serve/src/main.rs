//! An image server on loopback, with a built-in origin to try it on.
//!
//! ```text
//! cargo run --release -p serve
//! cargo run --release -p serve -- --origin https://www.example.com --port 8080
//! ```
//!
//! Without `--origin` it starts a small web server that draws three images and logs the requests. The image server is
//! axum, `Reqwest` and `Threads` around `originkit::client::drive`; open the page whose address it prints. `--avif`
//! offers AVIF to browsers that accept it, if the feature `avif` is built in.

#[path = "../../front/mod.rs"]
mod front;
#[path = "../../images/mod.rs"]
mod images;
mod origin;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderMap, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use originkit::adapters::{Reqwest, Threads};
use originkit::client::{Bounded, Io, drive};
use originkit::delivery::ACCEPT_CH;
use originkit::{Endpoint, Engine, Origin, Renderer, Settings};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// The largest question of the page, files included: 64 MiB.
const QUESTION_BYTES: usize = 64 << 20;
/// The number of questions that are answered at the same time.
const AT_ONCE: usize = 4;

#[derive(Clone)]
struct Server {
    engine: Engine,
    io: Arc<Io<Bounded<Reqwest>, Threads>>,
    places: Arc<Semaphore>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Arguments { port, origins, avif } = Arguments::read()?;
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await?;
    let port = listener.local_addr()?.port();

    let origins = if origins.is_empty() { origin::start().await? } else { origins };
    let mut endpoint =
        Endpoint::new(&format!("http://127.0.0.1:{port}/demo")).also(&format!("http://localhost:{port}/demo"));
    for base in &origins {
        // `Link: <...>; rel="canonical"` gives search engines the address of the original.
        endpoint = endpoint.origin(Origin::new(base).canonical(base));
    }
    let settings = Settings::default().avif(avif);
    let engine =
        Engine::builder().endpoint(endpoint).settings(settings).named("thumb", "w-160,h-160,fo-top").build()?;

    println!("http://127.0.0.1:{port}/info/photo.jpg tells size, colours and placeholders");
    println!("origins, asked in this order:");
    origins.iter().for_each(|base| println!("  {base}"));
    println!("try:");
    println!("  http://127.0.0.1:{port}/                                   the playground: every parameter, any URL");
    for example in [
        "tr:w-300,h-300/photo.jpg",
        "tr:w-400,rt-90,b-10_FFD666/photo.jpg",
        "tr:w-300,h-200,cm-pad_resize,bg-1A538C/badge.png",
        "tr:n-thumb/sideways.jpg",
    ] {
        println!("  http://127.0.0.1:{port}/demo/{example}");
    }

    let io = Arc::new(Io::new(Bounded::new(Reqwest::new()?), Threads::new()));
    let server = Server { engine, io, places: Arc::new(Semaphore::new(AT_ONCE)) };
    let mut app = axum::Router::new()
        .route("/answer", post(answer).layer(DefaultBodyLimit::max(QUESTION_BYTES)))
        .route("/info/{*path}", get(describe))
        .fallback(deliver);
    for (name, kind, text) in playground::PAGE {
        let path = if name == "index.html" { "/".to_owned() } else { format!("/{name}") };
        app = app.route(&path, get(move || async move { page(kind, text) }));
    }
    let app = app.with_state(server);
    front::serve(listener, app, std::future::pending()).await?;
    Ok(())
}

/// Returns a file of the playground's page, which asks this server where the static one asks its module. It asks for
/// client hints, too, so that images in it show what `w-auto` does.
fn page(kind: &'static str, text: &'static str) -> Response {
    let text = text.replace(r#"name="backend" content="module""#, r#"name="backend" content="http""#);
    ([(CONTENT_TYPE, kind), (HeaderName::from_static("accept-ch"), ACCEPT_CH)], text).into_response()
}

/// Answers a question of the page with this server's engine, on a thread that may block.
async fn answer(State(server): State<Server>, headers: HeaderMap, question: Bytes) -> Response {
    // Pages of other origins may send texts and forms, and this only after they have asked.
    if headers.get(CONTENT_TYPE).is_none_or(|kind| kind != "application/octet-stream") {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let Ok(place) = server.places.clone().acquire_owned().await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let answer = tokio::task::spawn_blocking(move || {
        let start = Instant::now();
        let host =
            playground::Host { engine: Some(&server.engine), renderer: &Renderer::new(), now: SystemTime::now() };
        let answer = playground::answer(&host, question);
        drop(place);
        (answer, start.elapsed())
    });
    let Ok((answer, took)) = answer.await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    // Without the way here and back.
    let timing = HeaderValue::from_str(&format!("answer;dur={:.2}", took.as_secs_f64() * 1000.0));
    let kind = HeaderValue::from_static("application/octet-stream");
    let timing = timing.unwrap_or(HeaderValue::from_static("answer"));
    ([(CONTENT_TYPE, kind), (HeaderName::from_static("server-timing"), timing)], answer).into_response()
}

/// Delivers an image. This is the whole integration: resolve, fetch, render on the pool, answer.
async fn deliver(State(server): State<Server>, request: Request) -> Response {
    let delivery = server.engine.deliver(&request, SystemTime::now());
    let response = drive(delivery, &server.io).await.response;
    response.map(Body::from).into_response()
}

/// Returns the original's size, colours and placeholders as JSON. It is fetched like any other, and inspected on a
/// thread that may block.
async fn describe(State(server): State<Server>, mut request: Request) -> Response {
    let path = request.uri().path().trim_start_matches("/info/");
    let Ok(original) = format!("/demo/tr:orig-true/{path}").parse() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    *request.uri_mut() = original;
    let delivery = server.engine.deliver(&request, SystemTime::now());
    let response = drive(delivery, &server.io).await.response;
    if response.status() != StatusCode::OK {
        return response.map(Body::from).into_response();
    }
    let look = move || (Renderer::new()).inspect(response.body());
    match tokio::task::spawn_blocking(look).await {
        Ok(Ok(info)) => ([(CONTENT_TYPE, "application/json")], info.to_json()).into_response(),
        Ok(Err(error)) => (error.status(), error.public_text()).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

struct Arguments {
    port: u16,
    origins: Vec<String>,
    avif: bool,
}

impl Arguments {
    fn read() -> Result<Self, Box<dyn std::error::Error>> {
        let mut read = Self { port: 3000, origins: Vec::new(), avif: false };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{name} needs a value"));
            match name.as_str() {
                "--port" => read.port = value()?.parse()?,
                "--origin" => read.origins.push(value()?),
                "--avif" if cfg!(feature = "avif") => read.avif = true,
                "--avif" => return Err("AVIF needs the feature `avif`".into()),
                _ => {
                    const KNOWN: &str = "--port N, --origin URL (repeatable) and --avif";
                    return Err(format!("unknown argument {name}; there are {KNOWN}").into());
                }
            }
        }
        Ok(read)
    }
}
