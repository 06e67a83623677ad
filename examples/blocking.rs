//! A blocking image server: `tiny_http` in front, `ureq` behind, no async runtime anywhere.
//!
//! ```text
//! cargo run --release --example blocking                          # with an origin of its own
//! cargo run --release --example blocking -- https://www.example.com
//! ```

#[path = "pictures/mod.rs"]
mod pictures;

use std::cell::RefCell;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::time::{Duration, SystemTime};

use http::{Request, Response, Uri};
use originkit::blocking::{Client, drive};
use originkit::delivery::{Approved, FetchError};
use originkit::{Endpoint, Engine, Origin};
use ureq::config::Config;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let server = tiny_http::Server::http("127.0.0.1:0")?;
    let address = format!("http://{}", server.server_addr());
    let base = match std::env::args().nth(1) {
        Some(base) => base,
        None => start_origin()?,
    };
    let endpoint = Endpoint::new(&address)?.origin(Origin::new(&base)?);
    let engine = Engine::builder().endpoint(endpoint).build()?;
    let client = Ureq::new();
    println!("origin {base}\ntry    {address}/tr:w-300,h-300/photo.jpg");

    for incoming in server.incoming_requests() {
        let mut request = Request::builder().method(incoming.method().as_str()).uri(incoming.url());
        for header in incoming.headers() {
            request = request.header(header.field.as_str().as_str(), header.value.as_str());
        }
        let Ok(request) = request.body(()) else { continue };
        let response = drive(engine.deliver(&request, SystemTime::now()), &client);
        println!("{} {}", response.status(), incoming.url());
        // A client that hung up is not our error.
        _ = incoming.respond(answer(&response));
    }
    Ok(())
}

/// The HTTP client the machine asks for. `ureq` follows no redirect here: the machine does.
struct Ureq(ureq::Agent);

impl Ureq {
    fn new() -> Self {
        let config = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).proxy(None).build();
        Self(ureq::Agent::with_parts(config, DefaultConnector::default(), Approval))
    }
}

thread_local! {
    /// Where the request that this thread sends may go.
    static APPROVED: RefCell<Vec<SocketAddr>> = const { RefCell::new(Vec::new()) };
}

/// What `ureq` knows of names: no more than what was approved for the request at hand.
#[derive(Debug)]
struct Approval;

impl Resolver for Approval {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut found = self.empty();
        // It holds sixteen.
        APPROVED.with_borrow(|addresses| addresses.iter().take(16).for_each(|address| found.push(*address)));
        if found.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(found) }
    }
}

impl Client for Ureq {
    type Body = ureq::BodyReader<'static>;

    fn lookup(&self, host: &str, port: u16, _: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        // The system's resolver has a timeout of its own, and no way to be told another.
        (host, port).to_socket_addrs().map(Iterator::collect).map_err(|_| FetchError::Refused)
    }

    fn send(&self, approved: Approved) -> Result<Response<Self::Body>, FetchError> {
        let Approved { request, addresses, timeout, .. } = approved;
        APPROVED.set(addresses);
        let request = self.0.configure_request(request).timeout_global(Some(timeout)).build();
        match self.0.run(request) {
            Ok(response) => Ok(response.map(ureq::Body::into_reader)),
            Err(ureq::Error::Timeout(_)) => Err(FetchError::TimedOut),
            Err(ureq::Error::Io(_) | ureq::Error::HostNotFound | ureq::Error::ConnectionFailed) => {
                Err(FetchError::Refused)
            }
            Err(_) => Err(FetchError::Other),
        }
    }
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

/// A second server with pictures, on a thread of its own.
fn start_origin() -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
    let origin = tiny_http::Server::http("127.0.0.1:0")?;
    let base = format!("http://{}", origin.server_addr());
    std::thread::spawn(move || {
        for request in origin.incoming_requests() {
            _ = match request.url().strip_prefix('/').and_then(pictures::draw) {
                Some(file) => request.respond(tiny_http::Response::from_data(file)),
                None => request.respond(tiny_http::Response::from_data("").with_status_code(404)),
            };
        }
    });
    Ok(base)
}
