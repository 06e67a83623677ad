//! A web server with a few images, in the role of the site that images are fetched from.

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

use crate::images;

const NAMES: [&str; 3] = ["photo.jpg", "badge.png", "sideways.jpg"];

/// Starts the server and returns two base URLs: the second has an image that the first lacks.
pub(crate) async fn start() -> std::io::Result<Vec<String>> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let base = format!("http://{}", listener.local_addr()?);
    let images = NAMES.map(|name| (name, images::draw(name).unwrap_or_default()));
    let app = Router::new().fallback(move |request: Request| {
        let answer = answer(&images, &request);
        async { answer }
    });
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(vec![format!("{base}/site"), format!("{base}/archive")])
}

fn answer(images: &[(&str, Vec<u8>)], request: &Request) -> Response {
    let path = request.uri().path();
    let found = match path.rsplit_once('/') {
        Some(("/site", name)) => images.iter().find(|(known, _)| *known == name && name != "sideways.jpg"),
        Some(("/archive", name)) => images.iter().find(|(known, _)| *known == name),
        _ => None,
    };
    let header = |name: &str| request.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or("-").to_owned();
    let status = if found.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    println!("origin: {} {path}  host: {}  x-req-from: {}", status.as_u16(), header("host"), header("x-req-from"));
    match found {
        Some((name, file)) => {
            let kind = if name.ends_with(".png") { "image/png" } else { "image/jpeg" };
            ([(header::CONTENT_TYPE, kind)], file.clone()).into_response()
        }
        None => status.into_response(),
    }
}
