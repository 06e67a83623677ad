//! Origins of independent make: nginx, with rules as operators write them, fetched by `Reqwest`.
//!
//! The tests need `nginx`, as Debian packages it; without it, they print a message and pass. `ORIGINKIT_NGINX` names
//! another program, and makes it an error if there is none.
#![cfg(all(feature = "reqwest", feature = "tokio"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::time::{Duration, SystemTime};

use http::{Request, Response, StatusCode};
use originkit::adapters::{Reqwest, Threads};
use originkit::bytes::Bytes;
use originkit::client::{Io, drive};
use originkit::{Endpoint, Engine, Limits, Origin};
use serde_json::{Value, json};

use nginx::Nginx;

#[path = "../examples/images/mod.rs"]
mod images;
mod nginx;

/// The endpoint of these tests. No name server knows the host: a connection to it comes from a wrong configuration.
const BASE: &str = "http://static.example.test";

/// Rules that admit only ImageKit and this server.
const FIREWALL: &str = r#"
    server {
        listen $LISTEN;
        root $FILES;
        if ($http_x_req_from != "imagekit") { return 403; }
        location = /moved.jpg { return 302 /photo.jpg; }
        location = /near.jpg { absolute_redirect off; return 301 /photo.jpg; }
    }"#;

#[tokio::test]
async fn a_firewall_that_wants_the_marker_lets_us_in() {
    let (photo, badge) = (image("photo.jpg"), image("badge.png"));
    let Some(nginx) = Nginx::start(FIREWALL, &[("photo.jpg", &photo), ("badge.png", &badge)]) else { return };
    assert!(nginx.direct("/photo.jpg", "").starts_with("HTTP/1.1 403 "));
    assert!(nginx.direct("/photo.jpg", "x-req-from: others\r\n").starts_with("HTTP/1.1 403 "));
    let before = nginx.asked().len();

    let origin = Origin::new(&nginx.base(""));
    for (url, size, asked) in [
        ("tr:w-300/photo.jpg", (300, 200), &[("/photo.jpg", "200")][..]),
        // Overlays and default images come by the same rules.
        (
            "tr:w-300,l-image,i-badge.png,w-50,l-end/photo.jpg",
            (300, 200),
            &[("/photo.jpg", "200"), ("/badge.png", "200")],
        ),
        ("tr:w-90,di-badge.png/missing.jpg", (90, 90), &[("/missing.jpg", "404"), ("/badge.png", "200")]),
        // And so does what an origin sends elsewhere.
        ("tr:w-300/moved.jpg", (300, 200), &[("/moved.jpg", "302"), ("/photo.jpg", "200")]),
        ("tr:w-300/near.jpg", (300, 200), &[("/near.jpg", "301"), ("/photo.jpg", "200")]),
    ] {
        let already = nginx.asked().len();
        let response = get(&engine([origin.clone()]), url).await;
        assert_eq!((response.status(), dimensions(&response)), (StatusCode::OK, Some(size)), "{url}");
        let mut seen = nginx.asked().split_off(already);
        assert_eq!(seen.len(), asked.len(), "{url}: {seen:#?}");
        for (path, status) in asked {
            // An image and its overlay are fetched together: either may be first.
            let at = seen.iter().position(|line| line["uri"] == *path && line["status"] == *status);
            let line = seen.remove(at.unwrap_or_else(|| panic!("{url}: no {path} with {status} in {seen:#?}")));
            assert_eq!((&line["marker"], &line["host"]), (&json!("imagekit"), &json!(nginx.authority())), "{url}");
        }
    }
    assert!(nginx.asked()[before..].iter().all(|line| line["status"] != "403"));

    let plain = get(&engine([origin.clone()]), "tr:w-300,f-png/photo.jpg").await;
    let covered = get(&engine([origin]), "tr:w-300,f-png,l-image,i-badge.png,w-50,l-end/photo.jpg").await;
    assert_ne!(plain.body(), covered.body(), "the overlay that was fetched is seen");
}

/// A web server with a site for each name, and one for other names.
const SITES: &str = "
    server { listen $LISTEN default_server; root $FILES/strangers; }
    server { listen $LISTEN; server_name static.example.test; root $FILES/static; }
    server { listen $LISTEN; server_name shop.example.test; root $FILES/shop; }";

#[tokio::test]
async fn a_forwarded_host_finds_its_site() {
    // Different images under one name.
    let [strangers, stat, shop] = ["photo.jpg", "badge.png", "sideways.jpg"].map(image);
    let files: [(&str, &[u8]); 3] = [("strangers/a.jpg", &strangers), ("static/a.jpg", &stat), ("shop/a.jpg", &shop)];
    let Some(nginx) = Nginx::start(SITES, &files) else { return };
    for (forward, url, host, want) in [
        (true, "http://static.example.test/tr:orig-true/a.jpg", "static.example.test", &stat),
        (true, "http://shop.example.test/tr:orig-true/a.jpg", "shop.example.test", &shop),
        (false, "http://static.example.test/tr:orig-true/a.jpg", &nginx.authority(), &strangers),
        (false, "http://shop.example.test/tr:orig-true/a.jpg", &nginx.authority(), &strangers),
    ] {
        let origin = Origin::new(&nginx.base("")).forward_host(forward);
        let endpoint = Endpoint::new(BASE).also("http://shop.example.test").origin(origin);
        let engine = Engine::builder().endpoint(endpoint).build().unwrap();
        // As a server hears it: the path in the request line, the host beside it.
        let (authority, path) = url.strip_prefix("http://").and_then(|url| url.split_once('/')).unwrap();
        let request = Request::get(format!("/{path}")).header("host", authority).body(()).unwrap();
        let response = run(&engine, &request).await;
        assert_eq!(response.status(), StatusCode::OK, "{url}");
        assert!(response.body() == want, "{url}, forwarded {forward}: the wrong site's image");
        assert_eq!(nginx.asked().pop().unwrap()["host"], host, "{url}");
    }
}

/// Some of the ways in which servers fail. `444` closes the connection, and a kilobyte per second is too slow.
const FAILURES: &str = "
    server {
        listen $LISTEN;
        location /full/ { alias $FILES/; }
        location /also/ { alias $FILES/; }
        location /closed/ { return 403; }
        location /locked/ { return 401; }
        location /empty/ { return 404; }
        location /broken/ { return 500; }
        location /hangs-up/ { return 444; }
        location /stalls/ { alias $FILES/; limit_rate 1k; }
        location /circle/ { rewrite ^ /circle/photo.jpg permanent; }
    }";

#[tokio::test]
async fn origins_that_fail_are_passed_over() {
    let photo = image("photo.jpg");
    let Some(nginx) = Nginx::start(FAILURES, &[("photo.jpg", &photo)]) else { return };
    let refused = "http://127.0.0.1:1"; // nobody listens there
    let origins = |names: &str| -> Vec<Origin> {
        let base = |name: &str| if name == "refused" { refused.to_owned() } else { nginx.base(&format!("/{name}")) };
        let origin = |name: &str| {
            let canonical = format!("https://{name}.example.com/media");
            Origin::new(&base(name)).canonical(&canonical)
        };
        names.split_whitespace().map(origin).collect()
    };
    let mut limits = Limits::default();
    limits.fetch_timeout = Duration::from_secs(1);
    for (names, want) in [
        ("full also", "full"),
        ("closed full", "full"),
        ("locked full", "full"),
        ("empty full also", "full"),
        ("empty closed also full", "also"),
        ("broken full", "full for a moment"),
        ("hangs-up full", "full for a moment"),
        ("refused full", "full for a moment"),
        ("stalls full", "full for a moment"),
        ("circle full", "full for a minute"),
        ("empty", "ENOENT"),
        ("empty empty", "ENOENT"),
        ("closed empty", "EACCES"),
        ("locked refused", "EACCES"),
        ("broken empty", "UNIDENTIFIED"),
        ("hangs-up", "ECONNREFUSED"),
        ("circle", "UNIDENTIFIED"),
        ("refused", "ECONNREFUSED"),
        ("refused refused", "ECONNREFUSED"),
        ("broken stalls", "ECONNREFUSED"),
    ] {
        let endpoint = origins(names).into_iter().fold(Endpoint::new(BASE), Endpoint::origin);
        let engine = Engine::builder().endpoint(endpoint).limits(limits.clone()).build().unwrap();
        let response = get(&engine, "tr:w-60/photo.jpg?v=3").await;
        let header = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().unwrap());
        if let Some(name) = want.split(' ').next().filter(|name| name.chars().all(char::is_lowercase)) {
            assert_eq!((response.status(), dimensions(&response)), (StatusCode::OK, Some((60, 40))), "{names}");
            let link = format!("<https://{name}.example.com/media/photo.jpg>; rel=\"canonical\"");
            assert_eq!(header("link"), link, "{names}");
            let lives = match want.rsplit(' ').next() {
                Some("moment") => "public, max-age=5",
                Some("minute") => "public, max-age=60",
                _ => "public, s-maxage=31536000, max-age=31536000, must-revalidate",
            };
            assert_eq!(header("cache-control"), lives, "{names}");
        } else {
            assert_eq!(
                (response.status(), &response.body()[..]),
                (StatusCode::NOT_FOUND, &b"Not Found"[..]),
                "{names}"
            );
            assert!(header("ik-error").starts_with(&format!("{want} - ")), "{names}: {}", header("ik-error"));
            assert_eq!(header("link"), "", "{names}");
        }
    }
    let asked = nginx.asked();
    let count = |path: &str| asked.iter().filter(|line| line["uri"].as_str().unwrap().starts_with(path)).count();
    assert_eq!(
        (count("/also/"), count("/circle/")),
        (1, 8),
        "one origin is enough, and three redirects are: {asked:#?}"
    );
}

#[tokio::test]
async fn nothing_of_the_client_reaches_the_origin() {
    const SITE: &str = "server { listen $LISTEN; root $FILES; }";
    const NAME: &str = "gr\u{f6}\u{df}e 1.jpg";
    let photo = image("photo.jpg");
    let Some(nginx) = Nginx::start(SITE, &[(NAME, &photo)]) else { return };
    // The log would show it.
    nginx.direct("/", "cookie: a=b\r\nauthorization: Basic eA==\r\nrange: bytes=0-9\r\n");
    let shown = nginx.asked().pop().unwrap();
    let shown = ["cookie", "authorization", "range"].map(|name| shown[name].as_str().unwrap().to_owned());
    assert_eq!(shown, ["a=b", "Basic eA==", "bytes=0-9"]);

    let engine = engine([Origin::new(&nginx.base(""))]);
    for method in ["GET", "HEAD"] {
        let request = Request::builder().method(method).uri(format!("{BASE}/tr:w-60/gr%C3%B6%C3%9Fe%201.jpg?v=3"));
        let headers = [
            ("cookie", "session=secret"),
            ("authorization", "Bearer secret"),
            ("referer", "http://secret.example/"),
            ("x-forwarded-for", "192.0.2.1"),
            ("x-req-from", "somebody"),
            ("user-agent", "secret"),
            ("accept", "image/avif,image/webp"),
            ("accept-encoding", "gzip, br"),
            ("range", "bytes=0-99"),
            ("sec-ch-dpr", "2"),
        ];
        let request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
        let response = run(&engine, &request.body(()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK, "{method}");
        assert_eq!(response.body().is_empty(), method == "HEAD");
        let want = json!({
            "method": "GET", "uri": "/gr%C3%B6%C3%9Fe%201.jpg?v=3", "status": "200", "sent": photo.len().to_string(),
            "host": nginx.authority(), "marker": "imagekit", "agent": concat!("originkit/", env!("CARGO_PKG_VERSION")),
            "accept": "*/*", "encoding": "identity", "cookie": "", "authorization": "", "referer": "",
            "forwarded": "", "range": "", "dpr": "",
        });
        assert_eq!(nginx.asked().pop(), Some(want), "{method}");
    }
}

/// A file with an announced length, the same file without one, and a redirect to a forbidden address.
const LARGE: &str = r#"
    server {
        listen $LISTEN;
        location /told/ { alias $FILES/; }
        location /streamed/ { alias $FILES/; sub_filter_types *; sub_filter "no such text" "at all"; }
        location /sent-on/ { return 302 http://localhost:$server_port/told/large.jpg; }
    }"#;

#[tokio::test]
async fn what_is_too_large_or_leads_astray_is_given_up() {
    const SIZE: usize = 16 << 20;
    let photo = image("photo.jpg");
    let mut large = photo.clone();
    large.resize(SIZE, 0);
    let Some(nginx) = Nginx::start(LARGE, &[("large.jpg", &large), ("photo.jpg", &photo)]) else { return };
    let answer = nginx.direct("/streamed/photo.jpg", "");
    assert!(answer.contains("Transfer-Encoding: chunked") && !answer.contains("Content-Length"));
    assert!(nginx.direct("/told/photo.jpg", "").contains(&format!("Content-Length: {}", photo.len())));

    for (allowed, name, want) in [
        (photo.len(), "photo.jpg", None),
        (photo.len() - 1, "photo.jpg", Some("ELIMIT")),
        (1 << 20, "large.jpg", Some("ELIMIT")),
    ] {
        for folder in ["told", "streamed"] {
            let mut limits = Limits::default();
            limits.source_bytes = allowed as u64;
            let endpoint = Endpoint::new(BASE).origin(Origin::new(&nginx.base(&format!("/{folder}"))));
            let spare = Origin::new(&nginx.base("/spare"));
            let engine = Engine::builder().endpoint(endpoint.origin(spare)).limits(limits).build().unwrap();
            let response = get(&engine, &format!("tr:w-60/{name}")).await;
            let error = response.headers().get("ik-error").map(|value| value.to_str().unwrap());
            let (status, code) = (response.status(), error.and_then(|error| error.split(' ').next()));
            let expected = if want.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
            assert_eq!((status, code), (expected, want), "{folder}/{name}, {allowed} bytes allowed: {error:?}");
        }
    }

    let engine = engine([Origin::new(&nginx.base("/sent-on"))]);
    let response = get(&engine, "tr:w-60/photo.jpg").await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let asked = nginx.asked();
    assert_eq!(asked.last().unwrap()["uri"], "/sent-on/photo.jpg", "the private address was not asked");
    let sent = |line: &Value| line["sent"].as_str().unwrap().parse::<usize>().unwrap();
    let cut: Vec<_> = asked.iter().filter(|line| line["uri"].as_str().unwrap().ends_with("/large.jpg")).collect();
    assert!(cut.len() == 2 && cut.iter().all(|line| sent(line) < SIZE), "the rest was not read: {cut:#?}");
    assert!(asked.iter().all(|line| !line["uri"].as_str().unwrap().starts_with("/spare")), "a limit is the end");
}

fn image(name: &str) -> Vec<u8> {
    images::draw(name).unwrap()
}

fn engine<const N: usize>(origins: [Origin; N]) -> Engine {
    let endpoint = origins.into_iter().fold(Endpoint::new(BASE), Endpoint::origin);
    Engine::builder().endpoint(endpoint).build().unwrap()
}

async fn get(engine: &Engine, path: &str) -> Response<Bytes> {
    run(engine, &Request::get(format!("{BASE}/{path}")).body(()).unwrap()).await
}

async fn run(engine: &Engine, request: &Request<()>) -> Response<Bytes> {
    drive(engine.deliver(request, SystemTime::now()), &Io::new(Reqwest::new().unwrap(), Threads::new())).await.response
}

fn dimensions(response: &Response<Bytes>) -> Option<(u32, u32)> {
    let image = image::load_from_memory(response.body()).ok()?;
    Some((image.width(), image.height()))
}
