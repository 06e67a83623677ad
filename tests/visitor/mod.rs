//! A visitor over a socket: one connection for each request, answered within 20 seconds.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Sends the request to this host and port. Its `Host` is this authority, unless it brings another.
pub(crate) async fn ask(authority: &str, mut request: Request<()>) -> Response<Bytes> {
    let host = authority.parse().unwrap();
    request.headers_mut().entry("host").or_insert(host);
    let exchange = async {
        let (mut sender, connection) =
            handshake(TokioIo::new(TcpStream::connect(authority).await.unwrap())).await.unwrap();
        let connection = tokio::spawn(connection);
        let (head, body) = sender.send_request(request.map(|()| Full::<Bytes>::default())).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        connection.abort();
        Response::from_parts(head, body)
    };
    timeout(Duration::from_secs(20), exchange).await.expect("an answer within 20 s")
}
