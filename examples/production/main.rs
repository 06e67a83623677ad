//! An image server with everything that one needs before strangers reach it.
//!
//! ```text
//! cargo run --release --features tower,reqwest,tokio,memory-store --example production -- \
//!     --base https://img.example.com --origin https://www.example.com
//! ```
//!
//! | | |
//! |---|---|
//! | Renders | as many as there are cores, within 512 MiB, a bounded queue; 503 and `Retry-After` beyond (`Threads`) |
//! | Fetches | 128 at a time and 128 MiB of bodies, approved addresses only, every time bounded (`Bounded`, `Reqwest`) |
//! | Deliveries | 512 at a time (`ImageService::at_once`) |
//! | Connections | 1024, 10 seconds for a head (`front`) |
//! | Results | kept in memory, 256 MiB, equal work done once (`Cache`, `Memory`) |
//! | `/healthz` | 200 while it serves; 503 once it was asked to end |
//! | `/metrics` | counts as plain text, for Prometheus; keep both paths from the public in what stands before this |
//! | The end | SIGTERM or Ctrl-C: no new connections, what is under way ends |
//!
//! A panic in a render is an error of its request, unless built with `panic = "abort"`.

#[path = "../front/mod.rs"]
mod front;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use originkit::adapters::{Reqwest, Threads};
use originkit::cache::{Cache, Memory};
use originkit::client::Bounded;
use originkit::tower::ImageService;
use originkit::{Endpoint, Engine, Limits, Origin, Settings};
use tokio::net::TcpListener;

const MIB: u64 = 1024 * 1024;

#[derive(Clone)]
struct Parts {
    threads: Threads,
    client: Bounded<Reqwest>,
    cache: Arc<Cache<Memory>>,
    images: ImageService,
    ends: Arc<AtomicBool>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Arguments { port, base, origins } = Arguments::read()?;
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await?;
    let own = format!("http://{}", listener.local_addr()?);
    // The first base goes into the names of what is kept.
    let mut endpoint = match &base {
        Some(base) => Endpoint::new(base)?.also(&own)?,
        None => Endpoint::new(&own)?,
    };
    for origin in &origins {
        endpoint = endpoint.origin(Origin::new(origin)?);
    }
    let mut settings = Settings::default();
    // A cache in front must know an origin that is down from an image that does not exist.
    settings.gateway_statuses = true;
    let mut limits = Limits::default();
    // No render may state more than all of them together have.
    limits.memory = 512 * MIB;
    let engine = Engine::builder().endpoint(endpoint).settings(settings).limits(limits).build()?;

    let threads = Threads::new().memory(512 * MIB);
    let client = Bounded::new(Reqwest::new()?).fetches(128).bytes(128 * MIB);
    let cache = Arc::new(Cache::new(Memory::new(256 * MIB)));
    let spawn = |work| _ = tokio::spawn(work);
    let images = ImageService::cached(engine, client.clone(), threads.clone(), Arc::clone(&cache), spawn).at_once(512);
    let ends = Arc::new(AtomicBool::new(false));
    let parts = Parts { threads, client, cache, images: images.clone(), ends: Arc::clone(&ends) };
    let app = Router::new()
        .route("/healthz", get(health))
        .route("/metrics", get(metrics))
        .with_state(parts)
        .fallback_service(images);

    println!("{own}/tr:w-300/<path of an image below {}>", origins.join(" or "));
    front::serve(listener, app, async move {
        asked_to_end().await;
        // A load balancer looks once more before the listener is gone.
        ends.store(true, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_secs(2)).await;
    })
    .await?;
    Ok(())
}

async fn health(State(parts): State<Parts>) -> StatusCode {
    if parts.ends.load(Ordering::Relaxed) { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
}

async fn metrics(State(Parts { threads, client, cache, images, .. }): State<Parts>) -> String {
    let (load, (fetches, bytes)) = (threads.load(), client.under_way());
    let mut text = String::new();
    for (name, value) in [
        ("renders_running", u64::try_from(load.running).unwrap_or(u64::MAX)),
        ("renders_waiting", u64::try_from(load.waiting).unwrap_or(u64::MAX)),
        ("renders_bytes", load.bytes),
        ("renders_done_total", load.done),
        ("renders_refused_total", load.refused),
        ("fetches_running", fetches),
        ("fetches_bytes", bytes),
        ("fetches_refused_total", client.refused()),
        ("deliveries_running", images.under_way()),
        ("store_bytes", cache.store().bytes()),
    ] {
        _ = writeln!(text, "originkit_{name} {value}");
    }
    text
}

async fn asked_to_end() {
    #[cfg(unix)]
    if let Ok(mut term) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        return tokio::select! { _ = term.recv() => {}, _ = tokio::signal::ctrl_c() => {} };
    }
    _ = tokio::signal::ctrl_c().await;
}

struct Arguments {
    port: u16,
    base: Option<String>,
    origins: Vec<String>,
}

impl Arguments {
    fn read() -> Result<Self, Box<dyn std::error::Error>> {
        let mut read = Self { port: 3000, base: None, origins: Vec::new() };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or(format!("{name} needs a value"))?;
            match name.as_str() {
                "--port" => read.port = value.parse()?,
                "--base" => read.base = Some(value),
                "--origin" => read.origins.push(value),
                _ => return Err(format!("unknown argument {name}; there are --port, --base and --origin").into()),
            }
        }
        if read.origins.is_empty() { Err("--origin URL is needed".into()) } else { Ok(read) }
    }
}
