//! Headers and signatures of an origin: they are sent to that origin only, and secrets never appear elsewhere.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use originkit::delivery::{Delivery, Fetch, FetchError, Input, Output, Rendered};
use originkit::error::{ConfigErrorKind, OriginError};
use originkit::extend::{BoxError, Signer};
use originkit::plan::Size;
use originkit::store::Stored;
use originkit::{Endpoint, Engine, Error, Format, Order, Origin, Settings};

const SECRET: &str = "hunter2";
const NOW: u64 = 1_700_000_000;
const HOME: &str = "https://media.example.com";
const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0 and so on";

fn origin() -> Origin {
    Origin::new(HOME)
}

fn engine(origins: impl IntoIterator<Item = Origin>) -> Engine {
    let endpoint = origins.into_iter().fold(Endpoint::new("https://img.example.com"), Endpoint::origin);
    let mut settings = Settings::default();
    settings.gateway_statuses = true;
    Engine::builder().endpoint(endpoint).settings(settings).build().unwrap()
}

fn order(engine: &Engine, path: &str) -> Order {
    let request = Request::get(format!("https://img.example.com{path}")).body(()).unwrap();
    engine.resolve(&request, SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)).unwrap()
}

/// A signer that writes the time and the number of calls, in a header and in the query.
#[derive(Clone, Default)]
struct Counted(Arc<AtomicUsize>);

impl Signer for Counted {
    fn sign(&self, request: &mut Request<()>, now: SystemTime) -> Result<(), BoxError> {
        assert_eq!(now, SystemTime::UNIX_EPOCH + Duration::from_secs(NOW));
        let number = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        request.headers_mut().insert("x-signature", HeaderValue::try_from(format!("{SECRET}-{number}")).unwrap());
        let query = request.uri().query().map(|query| format!("{query}&")).unwrap_or_default();
        let uri = format!("{HOME}{}?{query}sig={SECRET}-{number}", request.uri().path());
        *request.uri_mut() = uri.try_into().unwrap();
        Ok(())
    }
}

/// The result of a fetch.
enum Answer {
    File,
    Status(u16, &'static [(&'static str, &'static str)]),
    Failure(FetchError),
}

/// Runs a delivery; `answer` gets each fetch.
fn run(delivery: Delivery, answer: impl FnMut(&Fetch) -> Answer) -> (Response<Bytes>, Vec<Stored>) {
    run_with(delivery, &[], answer)
}

/// Runs a delivery with a store that has these files.
fn run_with(
    mut delivery: Delivery,
    store: &[Stored],
    mut answer: impl FnMut(&Fetch) -> Answer,
) -> (Response<Bytes>, Vec<Stored>) {
    let mut kept = Vec::new();
    loop {
        assert_hidden(&format!("{delivery:?}{delivery:#?}"));
        match delivery.poll() {
            Output::Lookup(key) => {
                let file = store.iter().find(|file| *file.key() == key).map(Stored::to_bytes);
                _ = delivery.handle(Input::Found(key, file));
            }
            Output::Fetch(fetch) => {
                assert_hidden(&format!("{fetch:?}{fetch:#?}"));
                for value in
                    ["authorization", "x-signature"].iter().filter_map(|name| fetch.request().headers().get(*name))
                {
                    assert!(value.is_sensitive());
                }
                let input = match answer(&fetch) {
                    Answer::File => {
                        let head = Response::builder().header("etag", "\"1\"").body(()).unwrap();
                        _ = delivery.handle(Input::Head(fetch.id, head));
                        _ = delivery.handle(Input::Chunk(fetch.id, JPEG.into()));
                        Input::End(fetch.id)
                    }
                    Answer::Status(status, headers) => {
                        let head = headers
                            .iter()
                            .fold(Response::builder().status(status), |head, (name, value)| head.header(*name, *value));
                        Input::Head(fetch.id, head.body(()).unwrap())
                    }
                    Answer::Failure(error) => Input::Failed(fetch.id, error),
                };
                assert_hidden(&format!("{:?}", fetch.approve(vec!["8.8.8.8:443".parse().unwrap()]).unwrap()));
                _ = delivery.handle(input);
            }
            Output::Render(_) => {
                let encoded = originkit::render::Encoded::new("an image".into(), Format::WebP, Size::new(1, 1));
                _ = delivery.handle(Input::Rendered(Rendered::new(Ok(encoded))));
            }
            Output::Store(file) => kept.push(file),
            Output::Respond(response) => return (response, kept),
            Output::Wait => panic!("nothing is out"),
        }
    }
}

fn assert_hidden(printed: &str) {
    assert!(!printed.contains(SECRET), "{printed}");
}

/// Returns `42` for a tenant's header, and the number of a signature.
fn shown(headers: &HeaderMap) -> (Option<&str>, Option<&str>) {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap());
    assert_eq!(text("x-tenant").is_some(), text("authorization").is_some());
    (text("x-tenant"), text("x-signature").map(|value| value.strip_prefix("hunter2-").unwrap()))
}

fn dressed() -> Origin {
    let origin = origin().header("X-Tenant", "42").secret_header("authorization", format!("Bearer {SECRET}"));
    origin.signer("counted", Counted::default())
}

#[test]
fn every_request_to_an_origin_has_them_and_no_other_has() {
    for (path, script, want) in [
        ("/a.jpg", vec![Answer::File], vec!["media/a.jpg 1"]),
        ("/a.jpg?v=2", vec![Answer::File], vec!["media/a.jpg?v=2& 1"]),
        // The next origin is somebody else.
        ("/a.jpg", vec![Answer::Status(404, &[]), Answer::File], vec!["media/a.jpg 1", "backup/a.jpg -"]),
        // Once more, with a signature of its own.
        ("/a.jpg", vec![Answer::Failure(FetchError::Closed), Answer::File], vec!["media/a.jpg 1", "media/a.jpg 2"]),
        // A redirect that stays, also one that is relative to what was asked; one that leaves, and one that comes back.
        (
            "/f/a.jpg",
            vec![Answer::Status(302, &[("location", "b.jpg?w=1")]), Answer::File],
            vec!["media/f/a.jpg 1", "media/f/b.jpg?w=1& 2"],
        ),
        (
            "/a.jpg",
            vec![
                Answer::Status(302, &[("location", "https://cdn.example.org/b.jpg")]),
                Answer::Status(307, &[("location", "https://media.example.com/c.jpg")]),
                Answer::File,
            ],
            vec!["media/a.jpg 1", "cdn/b.jpg -", "media/c.jpg 2"],
        ),
        (
            "/a.jpg",
            vec![Answer::Status(302, &[("location", "https://media.example.com.evil.example/b.jpg")]), Answer::File],
            vec!["media/a.jpg 1", "media/b.jpg -"],
        ),
        // Never without TLS.
        (
            "/a.jpg",
            vec![Answer::Status(302, &[("location", "http://media.example.com/b.jpg")]), Answer::File],
            vec!["media/a.jpg 1", "backup/a.jpg -"],
        ),
        // Overlays and default images.
        (
            "/tr:w-9,l-image,i-b.png,l-end/a.jpg",
            vec![Answer::File, Answer::File],
            vec!["media/a.jpg 1", "media/b.png 2"],
        ),
        (
            "/tr:di-d.png/a.jpg",
            vec![Answer::Status(404, &[]), Answer::Status(404, &[]), Answer::File],
            vec!["media/a.jpg 1", "backup/a.jpg -", "media/d.png 2"],
        ),
    ] {
        let engine = engine([dressed(), Origin::new("https://backup.example.net")]);
        let (mut script, mut seen) = (script.into_iter(), Vec::new());
        let (response, _) = run(order(&engine, path).deliver(), |fetch| {
            let uri = fetch.request().uri();
            let (tenant, number) = shown(fetch.request().headers());
            assert_eq!(tenant.is_some(), number.is_some());
            let query = uri.query().map(|query| query.split("sig=").next().unwrap()).filter(|query| !query.is_empty());
            let query = query.map(|query| format!("?{query}")).unwrap_or_default();
            let host = uri.host().unwrap().split('.').next().unwrap();
            seen.push(format!("{host}{}{query} {}", uri.path(), number.unwrap_or("-")));
            script.next().unwrap()
        });
        assert_eq!(response.status(), 200, "{path}: {seen:?}");
        assert_eq!(seen, want, "{path}");
        assert!(script.next().is_none());
    }
}

#[test]
fn a_question_whether_a_file_has_changed_is_signed_too() {
    let engine = engine([dressed()]);
    let (_, kept) = run(order(&engine, "/a.jpg").deliver(), |_| Answer::File);
    let Some(Stored::Original(original)) = kept.into_iter().find(|file| matches!(file, Stored::Original(_))) else {
        panic!("a file is to be stored")
    };
    assert_hidden(&String::from_utf8_lossy(&original.to_bytes()));
    // An hour later it is old.
    let later = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
    let mut settings = Settings::default();
    settings.caching.originals = Duration::ZERO;
    let counted = Counted::default();
    let origin = dressed().signer("counted", counted.clone());
    let endpoint = Endpoint::new("https://img.example.com").origin(origin);
    let engine = Engine::builder().endpoint(endpoint).settings(settings).build().unwrap();
    let request = Request::get("https://img.example.com/a.jpg").body(()).unwrap();
    let delivery = engine.resolve(&request, later).unwrap().deliver();
    let (response, _) = run_with(delivery, &[Stored::Original(original)], |fetch| {
        assert!(fetch.revalidates);
        let headers = fetch.request().headers();
        assert_eq!((shown(headers), &headers["if-none-match"]), ((Some("42"), Some("1")), &"\"1\"".parse().unwrap()));
        Answer::Status(304, &[])
    });
    assert_eq!((response.status().as_u16(), counted.0.load(Ordering::SeqCst)), (200, 1));
}

/// A change of a request.
type Change = fn(&mut Request<()>) -> Result<(), BoxError>;

struct Does(Change);

impl Signer for Does {
    fn sign(&self, request: &mut Request<()>, _: SystemTime) -> Result<(), BoxError> {
        (self.0)(request)
    }
}

fn go_to(request: &mut Request<()>, uri: &'static str) -> Result<(), BoxError> {
    *request.uri_mut() = uri.try_into()?;
    Ok(())
}

fn set(request: &mut Request<()>, name: &'static str) -> Result<(), BoxError> {
    request.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static("x"));
    Ok(())
}

#[test]
fn a_signer_may_set_headers_and_the_query_and_nothing_else() {
    let asked = |origins: Vec<Origin>| {
        let mut seen = Vec::new();
        let (response, kept) = run(order(&engine(origins), "/a.jpg").deliver(), |fetch| {
            seen.push(fetch.request().uri().to_string());
            Answer::File
        });
        (response, kept, seen)
    };
    let backup = || Origin::new("https://backup.example.net");
    let fine: &[Change] = &[
        |_| Ok(()),
        |request| go_to(request, "https://media.example.com/a.jpg?X-Amz-Signature=1"),
        |request| set(request, "authorization"),
        |request| set(request, "x-tenant"),
        |request| set(request, "user-agent"),
        |request| set(request, "accept"),
    ];
    for (number, change) in fine.iter().enumerate() {
        let (response, _, seen) = asked(vec![dressed().signer("s", Does(*change)), backup()]);
        assert_eq!(response.status(), 200, "{number}");
        assert!(seen.len() == 1 && seen[0].starts_with("https://media.example.com/a.jpg"), "{number}: {seen:?}");
    }
    let bad: &[Change] = &[
        |_| Err("the keys have run out".into()),
        |request| go_to(request, "https://evil.example/a.jpg"),
        |request| go_to(request, "http://media.example.com/a.jpg"),
        |request| go_to(request, "https://media.example.com:8443/a.jpg"),
        |request| go_to(request, "https://user@media.example.com/a.jpg"),
        |request| go_to(request, "https://media.example.com/b.jpg"),
        |request| go_to(request, "/a.jpg"),
        |request| {
            *request.method_mut() = Method::DELETE;
            Ok(())
        },
        |request| {
            *request.version_mut() = http::Version::HTTP_09;
            Ok(())
        },
        |request| set(request, "host"),
        |request| set(request, "x-req-from"),
        |request| set(request, "content-length"),
        |request| set(request, "transfer-encoding"),
        |request| set(request, "connection"),
        |request| set(request, "accept-encoding"),
        |request| set(request, "range"),
        |request| set(request, "if-none-match"),
        |request| {
            request.headers_mut().append("host", HeaderValue::from_static("evil.example"));
            Ok(())
        },
        |request| {
            request.headers_mut().clear();
            Ok(())
        },
    ];
    for (number, change) in bad.iter().enumerate() {
        let broken = || dressed().signer("s", Does(*change));
        let (response, kept, seen) = asked(vec![broken(), broken(), backup()]);
        assert_eq!(
            (response.status().as_u16(), seen),
            (200, vec!["https://backup.example.net/a.jpg".to_owned()]),
            "{number}"
        );
        // It stands in for what may be there in a moment.
        assert_eq!(response.headers()["cache-control"], "public, max-age=5", "{number}");
        assert!(kept.iter().all(|file| matches!(file, Stored::Original(_))), "{number}");
        let (response, _, seen) = asked(vec![broken()]);
        assert_eq!((response.status().as_u16(), seen.len()), (502, 0), "{number}");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let error = response.extensions().get::<Error>().unwrap();
        let unsigned = matches!(error, Error::Origin { cause: OriginError::Unsigned, origin: Some(_), layer: false });
        assert!(unsigned, "{error:?}");
        assert_eq!(response.headers()["ik-error"], "EORIGIN - the request to the origin could not be signed");
    }
}

#[test]
fn an_old_file_stands_in_for_one_that_cannot_be_asked_for() {
    let mut settings = Settings::default();
    settings.caching.originals = Duration::ZERO;
    settings.caching.stale_if_error = Duration::from_secs(60);
    let endpoint = Endpoint::new("https://img.example.com");
    let endpoint = endpoint.origin(origin().signer("key", Does(|_| Ok(()))));
    let engine = |endpoint| Engine::builder().endpoint(endpoint).settings(settings.clone()).build().unwrap();
    let (_, kept) = run(order(&engine(endpoint), "/a.jpg").deliver(), |_| Answer::File);
    let Some(Stored::Original(original)) = kept.into_iter().find(|file| matches!(file, Stored::Original(_))) else {
        panic!("a file is to be stored")
    };
    let endpoint = Endpoint::new("https://img.example.com");
    let endpoint = endpoint.origin(origin().signer("key", Does(|_| Err("the key has expired".into()))));
    let delivery = order(&engine(endpoint), "/a.jpg").deliver();
    let (response, _) = run_with(delivery, &[Stored::Original(original)], |_| panic!("nothing is sent unsigned"));
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["cache-control"], "public, max-age=5");
}

#[test]
fn secrets_are_not_printed() {
    let engine = engine([dressed()]);
    let order = order(&engine, "/tr:di-d.png,l-image,i-b.png,l-end/a.jpg");
    assert_hidden(&format!("{engine:?}{engine:#?}{order:?}{order:#?}{order}"));
    assert!(order.to_string().contains("\n  authorization: [secret]\n") && order.to_string().contains("x-tenant: 42"));
    for request in order.attempts().chain(order.default_image_attempts()) {
        assert!(request.headers()["authorization"].is_sensitive() && !request.headers()["x-tenant"].is_sensitive());
    }
    assert_hidden(&format!("{} {}", order.cache_key(), order.store_key()));
    // A value that is refused is a secret, too.
    for origin in [origin().secret_header("x-token", format!("{SECRET}\n")), origin().header("authorization", SECRET)] {
        let error = built(origin).unwrap_err();
        assert_hidden(&format!("{error} {error:?}"));
    }
}

/// Returns the only error of an engine with this origin.
fn built(origin: Origin) -> Result<(), ConfigErrorKind> {
    let endpoint = Endpoint::new("https://img.example.com").origin(origin);
    Engine::builder().endpoint(endpoint).build().map(|_| ()).map_err(|errors| {
        assert_eq!(errors.iter().count(), 1, "{errors}");
        errors.iter().next().unwrap().kind.clone()
    })
}

/// Returns the keys of the rendition and of the original, and the `ETag`.
fn names(origin: Origin) -> [String; 3] {
    let order = order(&engine([origin]), "/tr:w-9/a.jpg");
    let mut names = [order.store_key().to_string(), String::new(), String::new()];
    let (response, _) = run(order.deliver(), |fetch| {
        names[1] = fetch.key.to_string();
        Answer::File
    });
    response.headers()["etag"].to_str().unwrap().clone_into(&mut names[2]);
    names
}

#[test]
fn a_secret_is_in_no_name_and_everything_else_is() {
    let secret = |value: &str| names(origin().secret_header("x-token", value));
    assert_eq!(secret("one"), secret("two"));
    let signed = |name: &str, signer: Does| names(origin().signer(name, signer));
    assert_eq!(signed("a", Does(|_| Ok(()))), signed("a", Does(|request| set(request, "x-signature"))));
    let tenant = |name: &str, value: &str| names(origin().header(name, value));
    assert_eq!(tenant("X-Tenant", "1"), tenant("x-tenant", "1"));
    let both =
        |first: [&str; 2], second: [&str; 2]| names(origin().header(first[0], first[1]).header(second[0], second[1]));
    assert_eq!(both(["a", "1"], ["b", "2"]), both(["b", "2"], ["a", "1"]), "headers have no order");
    assert_eq!(both(["a", "1"], ["A", "2"]), tenant("a", "2"), "the last of one name counts");
    let all = [
        names(origin()),
        secret("one"),
        names(origin().secret_header("x-other", "one")),
        signed("a", Does(|_| Ok(()))),
        signed("b", Does(|_| Ok(()))),
        tenant("x-tenant", "1"),
        tenant("x-tenant", "2"),
        tenant("x-token", "one"),
        tenant("x-token", ""),
        both(["a", "1"], ["b", "2"]),
        both(["a", "2"], ["b", "1"]),
    ];
    for at in 0..3 {
        let mut seen: Vec<_> = all.iter().map(|names| &names[at]).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), all.len(), "{at}");
    }
}

#[test]
fn what_cannot_be_a_header_is_refused() {
    for name in [
        "",
        "a b",
        "a:",
        "\u{e9}",
        "Host",
        "content-length",
        "Transfer-Encoding",
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "upgrade",
        "expect",
        "proxy-authorization",
        "accept-encoding",
        "range",
        "if-range",
        "if-match",
        "If-None-Match",
        "if-modified-since",
        "if-unmodified-since",
    ] {
        for origin in [origin().header(name, "1"), origin().secret_header(name, "1")] {
            assert!(matches!(built(origin), Err(ConfigErrorKind::BadHeader { .. })), "{name}");
        }
    }
    for name in ["Authorization", "cookie"] {
        assert!(matches!(built(origin().header(name, "1")), Err(ConfigErrorKind::BadHeader { .. })), "{name}");
        assert!(built(origin().secret_header(name, "1")).is_ok(), "{name}");
    }
    for value in ["\n", "a\r\nb: c", "\0", "\u{7f}"] {
        assert!(matches!(built(origin().header("x-a", value)), Err(ConfigErrorKind::BadHeader { .. })), "{value:?}");
    }
    for name in ["accept", "user-agent", "referer", "x-api-key"] {
        assert!(built(origin().header(name, "x")).is_ok(), "{name}");
    }
    // The marker is known when all is.
    assert!(matches!(built(origin().header("X-Req-From", "me")), Err(ConfigErrorKind::BadHeader { .. })));
    let many = |count: usize| (0..count).fold(origin(), |origin, n| origin.header(format!("x-{n}"), "1"));
    assert!(built(many(32)).is_ok() && built(many(32).header("x-3", "again")).is_ok());
    assert_eq!(built(many(33)), Err(ConfigErrorKind::TooMany { what: "headers of an origin", most: 32 }));
    for name in ["", "a b", "a\n", "\u{e9}"] {
        assert_eq!(built(origin().signer(name, Counted::default())), Err(ConfigErrorKind::BadSigner(name.to_owned())));
    }
    // Hosts of strangers are shown nothing.
    let proxy = || Origin::proxy(["*.example.org"]);
    assert_eq!(built(proxy().header("x-a", "1")), Err(ConfigErrorKind::ProxyCredentials));
    assert_eq!(built(proxy().secret_header("x-a", "1")), Err(ConfigErrorKind::ProxyCredentials));
    assert_eq!(built(proxy().signer("a", Counted::default())), Err(ConfigErrorKind::ProxyCredentials));
}
