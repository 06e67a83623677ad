//! The included clients against origins with arbitrary answers: one set of expectations for both.
#![cfg(all(feature = "reqwest", feature = "ureq"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod first_fetch;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant, SystemTime};

use http::{HeaderMap, Request};
use originkit::adapters::{Reqwest, Ureq};
use originkit::client::Body as _;
use originkit::delivery::{Approved, FetchError};
use originkit::{Endpoint, Engine, Limits, Origin};

use self::first_fetch::first_fetch;

/// A status, headers and a body.
type Answer = Result<(u16, HeaderMap, Vec<u8>), FetchError>;

/// Starts an origin that passes each connection to a function once its request has arrived. Returns the requests.
fn origin(answer: impl Fn(TcpStream) + Clone + Send + 'static) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, requests) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, sender, answer) = (stream.unwrap(), sender.clone(), answer.clone());
            std::thread::spawn(move || {
                let (mut head, mut byte) = (Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|length| length > 0) {
                    head.push(byte[0]);
                }
                _ = sender.send(String::from_utf8_lossy(&head).into_owned());
                answer(stream);
            });
        }
    });
    (address, requests)
}

/// Starts an origin that sends these bytes and closes the connection.
fn says(text: &'static str) -> (SocketAddr, Receiver<String>) {
    origin(move |mut stream| _ = stream.write_all(text.as_bytes()))
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.connect_timeout = Duration::from_millis(1500);
    limits.idle_timeout = Duration::from_millis(400);
    limits.fetch_timeout = Duration::from_secs(4);
    limits
}

/// Returns a request for `/a.jpg` to this origin, approved for that address.
fn approved(base: &str, address: SocketAddr, limits: &Limits) -> Approved {
    let endpoint = Endpoint::new("https://img.example.com").origin(Origin::new(base));
    let engine = Engine::builder().endpoint(endpoint).limits(limits.clone()).build().unwrap();
    let request = Request::get("https://img.example.com/a.jpg").body(()).unwrap();
    let fetch = first_fetch(&mut engine.deliver(&request, SystemTime::now()));
    fetch.approve(vec![address]).unwrap()
}

fn http(address: SocketAddr) -> Approved {
    approved(&format!("http://{address}"), address, &limits())
}

type Sender = Box<dyn Fn(Approved) -> Answer>;

/// Returns both clients with their names.
fn both() -> [(&'static str, Sender); 2] {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (reqwest, ureq) = (Reqwest::new().unwrap(), Ureq::new());
    let asynchronous = move |request| {
        runtime.block_on(async {
            let response = originkit::client::Client::send(&reqwest, request).await?;
            let (head, mut body) = response.into_parts();
            let mut bytes = Vec::new();
            while let Some(piece) = body.chunk().await? {
                bytes.extend(piece);
            }
            Ok((head.status.as_u16(), head.headers, bytes))
        })
    };
    let blocking = move |request| {
        let response = originkit::blocking::Client::send(&ureq, request)?;
        let (head, mut body) = response.into_parts();
        let mut bytes = Vec::new();
        body.read_to_end(&mut bytes).map_err(|error| match error.kind() {
            std::io::ErrorKind::TimedOut => FetchError::TimedOut,
            _ => FetchError::Other,
        })?;
        Ok((head.status.as_u16(), head.headers, bytes))
    };
    [("reqwest", Box::new(asynchronous)), ("ureq", Box::new(blocking))]
}

#[test]
fn a_request_goes_as_it_is_to_the_address_that_was_approved() {
    for (name, send) in both() {
        let (address, requests) = says("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nme");
        // No resolver knows the first name, and all know the second.
        for host in ["nowhere.example.test", "localhost"] {
            let base = format!("http://{host}:{}", address.port());
            let request = approved(&base, address, &limits());
            let mut headers: Vec<String> =
                request.request.headers().iter().map(|(n, v)| format!("{n}: {}", v.to_str().unwrap())).collect();
            assert_eq!(send(request).unwrap().2, b"me", "{name}");
            let sent = requests.recv().unwrap().to_ascii_lowercase();
            let mut lines = sent.trim_end().split("\r\n");
            assert_eq!(lines.next(), Some("get /a.jpg http/1.1"), "{name}");
            let mut sent: Vec<_> = lines.map(str::to_owned).collect();
            headers.iter_mut().for_each(|header| header.make_ascii_lowercase());
            sent.sort();
            headers.sort();
            sent.retain(|line| line != "accept: */*" || headers.contains(line));
            assert_eq!(sent, headers, "{name}");
        }
        let elsewhere = SocketAddr::from(([127, 0, 0, 2], 9));
        let fresh = approved(&format!("http://localhost:{}", says("").0.port()), elsewhere, &limits());
        assert_eq!(send(fresh).unwrap_err(), FetchError::Refused, "{name}");
    }
}

#[test]
fn nothing_is_followed_or_undone() {
    for (name, send) in both() {
        let (address, requests) = says("HTTP/1.1 302 Found\r\nlocation: /b.jpg\r\ncontent-length: 0\r\n\r\n");
        let (status, headers, _) = send(http(address)).unwrap();
        assert_eq!((status, headers["location"].to_str().unwrap()), (302, "/b.jpg"), "{name}");
        assert_eq!(requests.iter().take(1).count(), 1);
        assert!(requests.recv_timeout(Duration::from_millis(50)).is_err(), "{name}: one request");

        let (address, _requests) = says("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc");
        let (_, headers, body) = send(http(address)).unwrap();
        assert_eq!((headers["content-encoding"].to_str().unwrap(), &*body), ("gzip", &b"abc"[..]), "{name}");

        for status in [404, 500] {
            let (address, _requests) = origin(move |mut stream| {
                _ = stream.write_all(format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n").as_bytes());
            });
            assert_eq!(send(http(address)).unwrap().0, status, "{name}");
        }
    }
}

#[test]
fn what_went_wrong_is_told() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (name, send) in both() {
        assert_eq!(send(http(nobody)).unwrap_err(), FetchError::Refused, "{name}");
        for (text, want) in [
            ("", FetchError::Closed),
            ("HTTP/1.1 2", FetchError::Closed),
            ("what is this\r\n\r\n", FetchError::Other),
            ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort", FetchError::Other),
        ] {
            let (address, _requests) = says(text);
            assert_eq!(send(http(address)).unwrap_err(), want, "{name}: {text:?}");
        }
    }
}

#[test]
fn time_is_bounded_at_each_stage() {
    let stays = |text: &'static str| {
        origin(move |mut stream| {
            _ = stream.write_all(text.as_bytes());
            std::thread::sleep(Duration::from_secs(8));
        })
    };
    let drips = |gap: u64| {
        origin(move |mut stream| {
            _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n");
            while stream.write_all(b"x").is_ok() {
                std::thread::sleep(Duration::from_millis(gap));
            }
        })
    };
    let informs = origin(|mut stream| while stream.write_all(b"HTTP/1.1 103 Early Hints\r\n\r\n").is_ok() {});
    for (name, send) in both() {
        let (silent, head) = (stays(""), stays("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhal"));
        for (what, address, most) in [
            ("no head", silent.0, 1500),
            ("half a head", stays("HTTP/1.1 200 OK\r\nx: ").0, 1500),
            ("half a body", head.0, 1500),
            ("slower than the rate", drips(100).0, 2500),
            // Reading them keeps a core busy: on two cores, beside other tests, twelve seconds were seen.
            ("informational answers without end", informs.0, 57_000),
        ] {
            let begun = Instant::now();
            let error = send(http(address)).unwrap_err();
            let took = begun.elapsed();
            let is_told = error == FetchError::TimedOut || name == "ureq" && what.starts_with("informational");
            assert!(is_told, "{name}: {what}: {error}");
            assert!(took < Duration::from_millis(most + 3000), "{name}: {what}: {took:?}");
        }
        // No TLS is spoken there.
        let begun = Instant::now();
        let address = stays("").0;
        let mut limits = limits();
        limits.connect_timeout = Duration::from_millis(300);
        limits.idle_timeout = Duration::from_secs(30);
        limits.fetch_timeout = Duration::from_secs(30);
        let error = send(approved(&format!("https://localhost:{}", address.port()), address, &limits)).unwrap_err();
        assert_eq!(error, FetchError::TimedOut, "{name}: no handshake");
        assert!(begun.elapsed() < Duration::from_secs(7), "{name}: {:?}", begun.elapsed());
    }
}

/// An answer that arrives while the thread of the runtime is blocked is not late.
#[test]
fn time_in_which_nobody_reads_is_not_the_origins() {
    let (address, _requests) = origin(|mut stream| {
        for text in ["HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n", "abc", "def"] {
            std::thread::sleep(Duration::from_millis(150));
            _ = stream.write_all(text.as_bytes());
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = Reqwest::new().unwrap();
        tokio::spawn(async {
            for _ in 0..6 {
                tokio::time::sleep(Duration::from_millis(5)).await;
                std::thread::sleep(Duration::from_millis(600));
            }
        });
        let mut response = originkit::client::Client::send(&client, http(address)).await.unwrap();
        let mut body = Vec::new();
        while let Some(piece) = response.body_mut().chunk().await.unwrap() {
            body.extend(piece);
        }
        assert_eq!(body, b"abcdef");
    });
}

#[test]
fn no_proxy_of_the_environment_is_used() {
    const MARK: &str = "ORIGINKIT_TEST_PROXY";
    if std::env::var_os(MARK).is_none() {
        let mut again = std::process::Command::new(std::env::current_exe().unwrap());
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            again.env(name, "http://127.0.0.1:1");
        }
        let test = "no_proxy_of_the_environment_is_used";
        let output = again.env(MARK, "1").args(["--exact", test]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        return;
    }
    for (name, send) in both() {
        let (address, _requests) = says("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nme");
        assert_eq!(send(http(address)).unwrap().2, b"me", "{name}");
    }
}

#[cfg(all(feature = "tower", feature = "pixels"))]
mod mounted {
    use axum::Router;
    use axum::body::Body;
    use http::{Request, StatusCode};
    use hyper_util::rt::TokioIo;
    use hyper_util::service::TowerToHyperService;
    use originkit::client::Inline;
    use originkit::testing::Origins;
    use originkit::tower::ImageService;
    use originkit::{Endpoint, Engine, Origin};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tower_service::Service as _;

    const SVG: &str = "<svg xmlns='http://www.w3.org/2000/svg'/>";

    fn service(prefix: &str) -> (ImageService, Origins) {
        let endpoint = Endpoint::new("http://www.example.com/img/shop");
        let endpoint = endpoint.origin(Origin::new("https://files.example.com"));
        let engine = Engine::builder().endpoint(endpoint).build().unwrap();
        let origins = Origins::new().file("https://files.example.com/a%20b.svg?v=2", SVG);
        let service = ImageService::builder(engine).client(origins.clone()).compute(Inline).mounted_at(prefix);
        (service.build(), origins)
    }

    #[tokio::test]
    async fn in_a_router() {
        let (whole, stripped) = (|| service("").0, || service("/img").0);
        for (what, router, status) in [
            ("nest_service", Router::new().nest_service("/img", stripped()), 200),
            ("nested twice", Router::new().nest_service("/img/shop", service("img/shop/").0), 200),
            ("nest", Router::new().nest("/img", Router::new().fallback_service(stripped())), 200),
            ("route_service", Router::new().route_service("/{*path}", whole()), 200),
            ("route_service below", Router::new().route_service("/img/{*path}", whole()), 200),
            ("fallback_service", Router::new().fallback_service(whole()), 200),
            ("a prefix that was taken off and is not known", Router::new().nest_service("/img", whole()), 404),
            ("a prefix that was not taken off", Router::new().fallback_service(stripped()), 404),
        ] {
            for url in ["/img/shop/a%20b.svg?v=2", "http://www.example.com/img/shop/a%20b.svg?v=2"] {
                let request = Request::get(url).header("host", "www.example.com").body(Body::empty()).unwrap();
                let Ok(response) = router.clone().call(request).await;
                assert_eq!(response.status(), StatusCode::from_u16(status).unwrap(), "{what}: {url}");
            }
        }
    }

    #[tokio::test]
    async fn by_hyper_alone() {
        let (service, origins) = service("");
        let (mut client, server) = tokio::io::duplex(1024);
        let connection = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(server), TowerToHyperService::new(service));
        let asked = async move {
            let request = "GET /img/shop/a%20b.svg?v=2 HTTP/1.1\r\nhost: www.example.com\r\nconnection: close\r\n\r\n";
            client.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            client.read_to_string(&mut answer).await.unwrap();
            answer
        };
        let (served, answer) = tokio::join!(connection, asked);
        served.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("<svg"), "{answer}");
        assert_eq!(origins.requests()[0].request.uri(), "https://files.example.com/a%20b.svg?v=2");
    }
}
