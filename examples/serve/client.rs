//! The two things a server brings: an HTTP client, and a place to compute.

use std::future::ready;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use originkit::client::{self, Compute};
use originkit::delivery::{Approved, FetchError, Render, Rendered};
use originkit::{Error, ErrorCode};
use reqwest::dns::{Name, Resolve, Resolving};

/// A connection pool that connects to approved addresses only. It follows no redirect and knows no proxy: both would
/// lead to others.
#[derive(Clone)]
pub(crate) struct Reqwest(reqwest::Client);

tokio::task_local! {
    /// Where the request that this task sends may go.
    static APPROVED: Vec<SocketAddr>;
}

/// What reqwest knows of names: no more than what was approved for the request at hand.
struct Approval;

impl Resolve for Approval {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses = APPROVED.try_with(Clone::clone).unwrap_or_default();
        Box::pin(ready(Ok(Box::new(addresses.into_iter()) as Box<dyn Iterator<Item = _> + Send>)))
    }
}

impl Reqwest {
    pub(crate) fn new() -> Result<Self, Box<dyn std::error::Error>> {
        // ring builds with a C compiler alone. A second call finds it installed, which is as good.
        _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(Approval))
            .connect_timeout(Duration::from_secs(3))
            .build()?;
        Ok(Self(client))
    }
}

impl client::Client for Reqwest {
    type Body = Body;

    async fn lookup(&self, host: &str, port: u16, timeout: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        let found = tokio::time::timeout(timeout, tokio::net::lookup_host((host, port))).await;
        let addresses = found.map_err(|_| FetchError::TimedOut)?.map_err(|_| FetchError::Refused)?;
        Ok(addresses.collect())
    }

    async fn send(&self, approved: Approved) -> Result<Response<Body>, FetchError> {
        let Approved { request, addresses, timeout, .. } = approved;
        let (parts, ()) = request.into_parts();
        let sent = self.0.request(parts.method, parts.uri.to_string()).headers(parts.headers).timeout(timeout).send();
        let answer = APPROVED.scope(addresses, sent).await.map_err(|error| failure(&error))?;
        let mut response = Response::new(());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        Ok(response.map(|()| Body(answer)))
    }
}

pub(crate) struct Body(reqwest::Response);

impl client::Body for Body {
    async fn chunk(&mut self) -> Result<Option<Bytes>, FetchError> {
        self.0.chunk().await.map_err(|error| failure(&error))
    }
}

fn failure(error: &reqwest::Error) -> FetchError {
    if error.is_timeout() {
        FetchError::TimedOut
    } else if error.is_connect() {
        FetchError::Refused
    } else {
        FetchError::Other
    }
}

/// Renders on tokio's threads for blocking work.
pub(crate) struct Pool;

impl Compute for Pool {
    async fn run(&self, job: Render) -> Rendered {
        match tokio::task::spawn_blocking(move || job.run()).await {
            Ok(rendered) => rendered,
            // The task was cancelled at shutdown, or panicked: a library's panic must not end the server.
            Err(_) => Rendered::new(Err(Error::Pixels {
                code: ErrorCode::Unidentified,
                message: "the render was aborted".to_owned(),
            })),
        }
    }
}
