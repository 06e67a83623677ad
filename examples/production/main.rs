//! An image server with everything that is needed for public use. The chapter `production` of the guide gives the
//! reasons.
//!
//! ```text
//! cargo run --release --features tower,reqwest,tokio,memory-store --example production -- \
//!     127.0.0.1:3000 https://img.example.com https://www.example.com
//! ```
//!
//! | | |
//! |---|---|
//! | Renders | as many as there are cores, within 512 MiB, with a bounded queue; beyond it 503 and `Retry-After` (`Threads`) |
//! | Fetches | 128 at a time and 128 MiB of bodies, to approved addresses only, with time limits (`Bounded`, `Reqwest`) |
//! | Deliveries | 512 at a time (`ImageServiceBuilder::at_once`), 20 seconds each: then the render is stopped, and the answer is 504 |
//! | Connections | 1024, 10 seconds for a head (`front`) |
//! | Results | kept in memory, 256 MiB, with equal work done once (`Memory`) |
//! | Memory | with glibc, set `MALLOC_ARENA_MAX=2` in the environment: a third less is held back |
//! | `/healthz` | 200 while it serves; 503 once it is shutting down |
//! | `/metrics` | counts as plain text, for Prometheus; hide both paths from the public in the proxy in front |
//! | Shutdown | on SIGTERM or Ctrl-C: no new connections, and requests in progress are finished |
//!
//! A panic in a render is an error of its request, unless built with `panic = "abort"`.

#[path = "../front/mod.rs"]
mod front;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use originkit::adapters::{Reqwest, Threads};
use originkit::client::Bounded;
use originkit::delivery::Outcome;
use originkit::store::Memory;
use originkit::tower::ImageService;
use originkit::{Endpoint, Engine, Limits, Origin, Settings};
use tokio::net::TcpListener;
use tower_service::Service as _;

const MIB: u64 = 1024 * 1024;
const DEADLINE: Duration = Duration::from_secs(20);

#[derive(Clone)]
struct Parts {
    threads: Threads,
    client: Bounded<Reqwest>,
    store: Arc<Memory>,
    images: ImageService,
    /// Answers, in the order of [`Outcome::ALL`].
    outcomes: Arc<[AtomicU64; Outcome::ALL.len()]>,
    ends: Arc<AtomicBool>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, base, origins @ ..] = &*arguments else {
        return Err("usage: production ADDRESS BASE ORIGIN...".into());
    };
    let mut endpoint = Endpoint::new(base);
    for origin in origins {
        endpoint = endpoint.origin(Origin::new(origin));
    }
    let mut settings = Settings::default();
    // A cache in front must distinguish an origin that is down from an image that does not exist.
    settings.gateway_statuses = true;
    let mut limits = Limits::default();
    // No render may state more memory than there is for all of them together.
    limits.memory = 512 * MIB;
    let engine = Engine::builder().endpoint(endpoint).settings(settings).limits(limits).build()?;

    let threads = Threads::new().memory(512 * MIB);
    let client = Bounded::new(Reqwest::new()?).fetches(128).bytes(128 * MIB);
    let store = Arc::new(Memory::new(256 * MIB));
    let images = ImageService::builder(engine)
        .client(client.clone())
        .compute(threads.clone())
        .store(Arc::clone(&store))
        .at_once(512)
        .build();
    let ends = Arc::new(AtomicBool::new(false));
    let app = Router::new()
        .route("/healthz", get(health))
        .route("/metrics", get(metrics))
        .fallback(image)
        .with_state(Parts { threads, client, store, images, outcomes: Arc::default(), ends: Arc::clone(&ends) });

    println!("{base}/tr:w-300/<path of an image below {}>, on {address}", origins.join(" or "));
    front::serve(TcpListener::bind(address).await?, app, async move {
        asked_to_end().await;
        // A load balancer checks once more before the listener is closed.
        ends.store(true, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_secs(2)).await;
    })
    .await?;
    Ok(())
}

/// Answers with an image, or with 504. Several origins and redirects add up, so the deadline is for all of them and the
/// render.
async fn image(State(Parts { mut images, outcomes, .. }): State<Parts>, request: Request) -> Response {
    match tokio::time::timeout(DEADLINE, images.call(request)).await {
        Ok(Ok(response)) => {
            let outcome = Outcome::of(&response);
            let count = outcomes.iter().zip(Outcome::ALL).find(|(_, one)| Some(*one) == outcome);
            count.inspect(|(count, _)| _ = count.fetch_add(1, Ordering::Relaxed));
            response.into_response()
        }
        Err(_) => (StatusCode::GATEWAY_TIMEOUT, [("cache-control", "no-store"), ("retry-after", "5")]).into_response(),
    }
}

async fn health(State(parts): State<Parts>) -> StatusCode {
    if parts.ends.load(Ordering::Relaxed) { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
}

async fn metrics(State(Parts { threads, client, store, images, outcomes, .. }): State<Parts>) -> String {
    let (load, (fetches, bytes)) = (threads.load(), client.under_way());
    let counts = [
        ("renders_running", load.running as u64),
        ("renders_waiting", load.waiting as u64),
        ("renders_bytes", load.bytes),
        ("renders_done_total", load.done),
        ("renders_refused_total", load.refused),
        ("fetches_running", fetches),
        ("fetches_bytes", bytes),
        ("fetches_refused_total", client.refused()),
        ("deliveries_running", images.under_way()),
        ("store_bytes", store.bytes()),
    ];
    let answers = outcomes.iter().zip(Outcome::ALL).map(|(count, outcome)| {
        format!("originkit_answers_total{{outcome=\"{outcome}\"}} {}\n", count.load(Ordering::Relaxed))
    });
    let counts = counts.map(|(name, count)| format!("originkit_{name} {count}\n"));
    counts.into_iter().chain(answers).collect()
}

async fn asked_to_end() {
    #[cfg(unix)]
    if let Ok(mut term) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        return tokio::select! { _ = term.recv() => {}, _ = tokio::signal::ctrl_c() => {} };
    }
    _ = tokio::signal::ctrl_c().await;
}
