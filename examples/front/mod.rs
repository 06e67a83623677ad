//! The HTTP/1.1 server of the examples, with bounds that `axum::serve` has no setting for. It limits connections,
//! closes those whose request stays incomplete, and shuts down gracefully.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// The maximum number of connections. Further ones wait in the backlog of the operating system.
const CONNECTIONS: usize = 1024;
/// The time limit for the head of a request, the time between two requests included.
const HEAD: Duration = Duration::from_secs(10);
/// The time limit for requests in progress at shutdown.
const GRACE: Duration = Duration::from_secs(20);

/// Serves until `end` is ready, and then waits for the requests in progress.
pub(crate) async fn serve(listener: TcpListener, app: Router, end: impl Future<Output = ()>) -> std::io::Result<()> {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(64 * 1024);
    let (places, graceful) = (Arc::new(Semaphore::new(CONNECTIONS)), GracefulShutdown::new());
    let mut end = pin!(end);
    loop {
        // Take a place first: without a place, no connection is accepted.
        let arrived = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            arrived = arrived => arrived,
            () = &mut end => break,
        };
        let Ok((stream, _)) = accepted else {
            // Most likely the file descriptors are exhausted: connections that close free some.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(app.clone());
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // A connection that a client closed early is not an error of the server.
            _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
    Ok(())
}
