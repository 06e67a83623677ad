//! A front for the examples: HTTP/1.1 with what `axum::serve` has no setting for. Connections are counted, a request that
//! is sent by halves is closed, and the end is awaited.

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

/// Connections at a time. One more waits in the backlog of the operating system.
const CONNECTIONS: usize = 1024;
/// Until the head of a request is here, the time between two requests included.
const HEAD: Duration = Duration::from_secs(10);
/// For what is under way when the end comes.
const GRACE: Duration = Duration::from_secs(20);

/// Serves until the future is ready, and then lets end what is under way.
pub(crate) async fn serve(listener: TcpListener, app: Router, end: impl Future<Output = ()>) -> std::io::Result<()> {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(64 * 1024);
    let (places, graceful) = (Arc::new(Semaphore::new(CONNECTIONS)), GracefulShutdown::new());
    let mut end = pin!(end);
    loop {
        // A place first: what has no place is not accepted.
        let arrived = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            arrived = arrived => arrived,
            () = &mut end => break,
        };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, most likely: those who leave make room.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(app.clone());
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // Whoever breaks a connection off is not our error.
            _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
    Ok(())
}
