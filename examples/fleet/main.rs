//! An image server without any state, one of many. The files that it fetches and makes are kept in object storage,
//! where every other instance finds them. Any instance can answer any request, and any may fail.
//!
//! ```text
//! cargo run --release --features object-store,reqwest,tokio --example fleet -- --port 3001 --origin https://www.example.com
//! cargo run --release --features object-store,reqwest,tokio --example fleet -- --port 3002 --origin https://www.example.com
//! ```
//!
//! - `--base URL` is the endpoint as browsers know it, if there is a load balancer or a cache in front. It must be
//!   equal in all instances: it is a part of the keys of images in the store. An instance answers at its own address,
//!   too.
//! - `--store` is a folder, or `s3://bucket/prefix`. The other settings of S3 are in the environment:
//!   `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, and for `MinIO` and others
//!   `AWS_ENDPOINT=http://127.0.0.1:9000` with `AWS_ALLOW_HTTP=true`.
//! - `--lifetime`, `--originals`, `--errors`, `--stale-while-revalidate` and `--stale-if-error` are the fields of
//!   [`originkit::config::Caching`], in seconds.
//!
//! `nginx.conf` beside this file puts nginx and its cache in front of two instances. The header `x-served-by` names the
//! instance that made an answer, and `/stats` has the counts of an instance.

#[path = "../front/mod.rs"]
mod front;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use originkit::adapters::{ObjectStore, Reqwest, Threads};
use originkit::client::{Answered, Bounded, Compute, Io, drive};
use originkit::delivery::{Render, Rendered};
use originkit::{Endpoint, Engine, Origin, Settings};
use tokio::net::TcpListener;

struct Server {
    engine: Engine,
    io: Io<Bounded<Reqwest>, Arc<Counted>, ObjectStore>,
    store: ObjectStore,
    pool: Arc<Counted>,
    port: u16,
    asked: AtomicU64,
    answered: AtomicU64,
    /// The number of answers after which files are being stored, or images renewed.
    later: AtomicU64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Arguments { port, base, origins, store, settings } = Arguments::read()?;
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await?;
    let port = listener.local_addr()?.port();
    let own = format!("http://127.0.0.1:{port}");

    // The first base is part of the keys in the store. The address of an instance is not, since it differs.
    let mut endpoint = Endpoint::new(&base).also(&own);
    for origin in &origins {
        endpoint = endpoint.origin(Origin::new(origin));
    }
    let engine = Engine::builder().endpoint(endpoint).settings(settings).build()?;
    let client = Bounded::new(Reqwest::new()?);
    let kept = ObjectStore::open_with(&store, std::env::vars())?;
    println!("{own} answers for {base} and keeps files in {store}");

    let zero = AtomicU64::default;
    let (pool, asked, answered, later) = (Arc::new(Counted::default()), zero(), zero(), zero());
    let io = Io::new(client, Arc::clone(&pool)).store(kept.clone()).single_flight();
    let server = Arc::new(Server { engine, io, store: kept, pool, port, asked, answered, later });
    let app = axum::Router::new().route("/stats", get(stats)).fallback(deliver).with_state(server);
    front::serve(listener, app, std::future::pending()).await?;
    Ok(())
}

async fn deliver(State(server): State<Arc<Server>>, request: Request) -> Response {
    server.asked.fetch_add(1, Ordering::SeqCst);
    let Server { engine, io, port, .. } = &*server;
    let Answered { response, later, .. } = drive(engine.deliver(&request, SystemTime::now()), io).await;
    if !later.is_empty() {
        server.later.fetch_add(1, Ordering::SeqCst);
        let server = Arc::clone(&server);
        // This takes no time of the client, and is not cancelled when the client disconnects.
        tokio::spawn(async move {
            later.finish(&server.io).await;
            server.later.fetch_sub(1, Ordering::SeqCst);
        });
    }
    server.answered.fetch_add(1, Ordering::SeqCst);
    let mut response = response.map(Body::from).into_response();
    response.headers_mut().insert(HeaderName::from_static("x-served-by"), (*port).into());
    response
}

/// Returns the counts of this instance since its start.
async fn stats(State(server): State<Arc<Server>>) -> Response {
    let Server { pool, store, asked, answered, later, .. } = &*server;
    let (renders, failures) = (&pool.0, store.failures());
    let [asked, answered, later, renders] = [asked, answered, later, renders].map(|n| n.load(Ordering::SeqCst));
    let text = format!(
        r#"{{"asked":{asked},"answered":{answered},"renders":{renders},"later":{later},"store_failures":{failures}}}"#
    );
    ([(CONTENT_TYPE, "application/json")], text).into_response()
}

/// A pool that counts its renders.
#[derive(Default)]
struct Counted(AtomicU64, Threads);

impl Compute for Counted {
    async fn run(&self, job: Render) -> Rendered {
        self.0.fetch_add(1, Ordering::SeqCst);
        self.1.run(job).await
    }
}

struct Arguments {
    port: u16,
    base: String,
    origins: Vec<String>,
    store: String,
    settings: Settings,
}

impl Arguments {
    fn read() -> Result<Self, Box<dyn std::error::Error>> {
        // A cache in front must distinguish an origin that is down (502, 504) from an image that does not exist (404).
        let settings = Settings::default().gateway_statuses(true);
        let store = std::env::temp_dir().join("originkit-fleet").display().to_string();
        let base = "http://127.0.0.1:8080".to_owned();
        let mut read = Self { port: 3001, base, origins: Vec::new(), store, settings };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{name} needs a value"));
            let caching = &mut read.settings.caching;
            let seconds = match name.as_str() {
                "--port" => {
                    read.port = value()?.parse()?;
                    continue;
                }
                "--base" => {
                    read.base = value()?;
                    continue;
                }
                "--origin" => {
                    read.origins.push(value()?);
                    continue;
                }
                "--store" => {
                    read.store = value()?;
                    continue;
                }
                "--lifetime" => &mut caching.lifetime,
                "--originals" => &mut caching.originals,
                "--errors" => &mut caching.errors,
                "--stale-while-revalidate" => &mut caching.stale_while_revalidate,
                "--stale-if-error" => &mut caching.stale_if_error,
                _ => return Err(format!("unknown argument {name}; the head of examples/fleet/main.rs has them").into()),
            };
            *seconds = Duration::from_secs(value()?.parse()?);
        }
        if read.origins.is_empty() {
            return Err("--origin URL is needed: where the images are fetched from".into());
        }
        Ok(read)
    }
}
