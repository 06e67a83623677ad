//! Every error as a browser gets it, both as ImageKit documents it and as a gateway: the table of `Error`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod scripted;

use std::time::{Duration, UNIX_EPOCH};

use http::Request;
use originkit::config::Access;
use originkit::delivery::FetchError;
use originkit::{Endpoint, Engine, Error, Limits, Origin, Settings};

use scripted::{Answer, JPEG, Script, file, redirect, status};

const ORIGIN: &str = "https://www.example.com/a.jpg";

fn engine(gateway: bool, change: impl FnOnce(&mut Settings)) -> Engine {
    let mut limits = Limits::default();
    limits.source_bytes = 100;
    let mut settings = Settings::default();
    settings.gateway_statuses = gateway;
    change(&mut settings);
    let web = Endpoint::new("https://img.example.com").origin(Origin::new("https://www.example.com"));
    let proxy = Endpoint::new("https://px.example.com").origin(Origin::proxy(["*.example.org"]));
    let builder = Engine::builder().endpoint(web).endpoint(proxy).limits(limits).settings(settings);
    #[cfg(feature = "signing")]
    let builder = builder.signing_key("secret");
    builder.build().unwrap()
}

/// Returns the status and code of the answer, documented and as a gateway, and whether it is `no-store`.
fn told(request: impl Fn() -> http::request::Builder, answer: Option<&Answer>) -> [String; 2] {
    told_by(|gateway| engine(gateway, |_| {}), request, answer)
}

fn told_by(
    engine: impl Fn(bool) -> Engine,
    request: impl Fn() -> http::request::Builder,
    answer: Option<&Answer>,
) -> [String; 2] {
    [false, true].map(|gateway| {
        let origins: Vec<_> = answer.map(|answer| (ORIGIN, answer.clone())).into_iter().collect();
        let told = Script::new(engine(gateway), request(), &origins).run();
        let word = |after: &str| {
            let rest = told.split(after).nth(1).unwrap_or_default();
            rest.split_whitespace().next().unwrap_or("-").to_owned()
        };
        let kept = word("cache-control: ");
        let kept = match kept.as_str() {
            "no-store" => " not kept",
            _ => "",
        };
        assert!(
            !kept.is_empty() || told.contains("cache-control: public, max-age=60"),
            "errors are short-lived: {told}"
        );
        assert_eq!(told.contains("respond 503"), told.contains("retry-after: "), "{told}");
        format!("{} {}{kept}", word("respond "), word("ik-error: "))
    })
}

#[test]
fn refused_before_anything_is_fetched() {
    for (url, documented, gateway) in [
        ("https://img.example.net/a.jpg", "404 ENOENT", "404 EENDPOINT"),
        ("https://img.example.com/tr:l-image/a.jpg", "400 EINVAL", "400 EINVAL"),
        ("https://img.example.com/tr:n-none/a.jpg", "400 EINVAL", "400 EINVAL"),
        ("https://img.example.com/%2e%2e/a.jpg", "400 EINVAL", "400 EINVAL"),
        ("https://px.example.com/tr:w-1/ftp://a.example.org/a.jpg", "404 ENOENT", "404 ENOENT"),
        ("https://px.example.com/tr:w-1/http://a.example.org:22/a.jpg", "400 EINVAL", "403 EPORT"),
        ("https://px.example.com/tr:w-1/http://u@a.example.org/a.jpg", "400 EINVAL", "403 EHOST"),
        ("https://px.example.com/tr:w-1/http://127.0.0.1/a.jpg", "400 EINVAL", "403 EADDR"),
        ("https://px.example.com/tr:w-1/https://img.example.com/a.jpg", "400 EINVAL", "403 ELOOP"),
        ("https://px.example.com/tr:w-1/https://a.example.net/a.jpg", "404 EACCES", "502 EACCES"),
    ] {
        assert_eq!(told(|| Request::get(url), None), [documented, gateway], "{url}");
    }
    let post = || Request::post("https://img.example.com/a.jpg");
    assert_eq!(told(post, None), ["405 EMETHOD", "405 EMETHOD"]);
    let steps = format!("https://img.example.com/tr:{}/a.jpg", "w-1:".repeat(65));
    assert_eq!(told(|| Request::get(&steps), None), ["400 ELIMIT", "400 ELIMIT"]);
    let unnamed = |gateway| engine(gateway, |settings| settings.restrict_unnamed = true);
    let url = || Request::get("https://img.example.com/tr:w-1/a.jpg");
    assert_eq!(told_by(unnamed, url, None), ["400 EINVAL", "400 EUNNAMED"]);
}

#[test]
fn access_rules() {
    let rules = |gateway| {
        let mut settings = Settings::default();
        settings.gateway_statuses = gateway;
        let web = Endpoint::new("https://img.example.com").origin(Origin::new("https://www.example.com"));
        let access = Access::new().block_agents(["scraper"]);
        Engine::builder().endpoint(web).settings(settings).access(access).build().unwrap()
    };
    for gateway in [false, true] {
        let request = Request::get("https://img.example.com/a.jpg").header("user-agent", "A-Scraper/1.0");
        let told = Script::new(rules(gateway), request, &[]).run();
        assert!(told.contains("respond 403") && told.contains("ik-error: EFORBIDDEN - "), "{told}");
        assert!(told.contains("cache-control: no-store"), "another may see it: {told}");
    }
}

#[cfg(feature = "signing")]
#[test]
fn signatures() {
    let base = "https://img.example.com";
    let signed =
        |expires| originkit::config::SigningKey::sha1("secret").sign_url(&format!("{base}/a.jpg"), base, expires);
    for (url, gateway) in [
        (format!("{base}/a.jpg"), "401 EUNSIGNED"),
        (signed(None).replace("ik-s=", "ik-s=0"), "401 ESIGNATURE"),
        (originkit::config::SigningKey::sha1("other").sign_url(&format!("{base}/a.jpg"), base, None), "401 ESIGNATURE"),
    ] {
        let signed_only = |gateway| engine(gateway, |settings| settings.restrict_unsigned = true);
        assert_eq!(told_by(signed_only, || Request::get(&url), None), ["401 EAUTH", gateway], "{url}");
    }
    // It is the beginning of time, and nothing has expired; see `tests/resolve.rs` for what has.
    let private = file(JPEG).header("is-private-file", "true");
    let url = || Request::get("https://img.example.com/a.jpg");
    assert_eq!(told(url, Some(&private)), ["401 EAUTH", "401 EPRIVATE"]);
}

#[test]
fn origins_that_fail() {
    let url = || Request::get("https://img.example.com/tr:w-1/a.jpg");
    for (answer, documented, gateway) in [
        (status(404), "404 ENOENT", "404 ENOENT"),
        (file(b""), "404 ENOENT", "404 ENOENT"),
        (status(403), "404 EACCES", "502 EACCES"),
        (Answer::Failure(FetchError::Address(originkit::error::AddressClass::Private)), "404 EACCES", "403 EADDR"),
        (Answer::Failure(FetchError::Refused), "404 ECONNREFUSED not kept", "502 ECONNREFUSED not kept"),
        (Answer::Failure(FetchError::TimedOut), "404 ECONNREFUSED not kept", "504 ETIMEDOUT not kept"),
        (Answer::Failure(FetchError::Other), "404 UNIDENTIFIED not kept", "502 EORIGIN not kept"),
        (status(429), "404 UNIDENTIFIED not kept", "503 EBUSY not kept"),
        (status(503), "404 UNIDENTIFIED not kept", "502 EORIGIN not kept"),
        (status(304), "404 UNIDENTIFIED not kept", "502 EORIGIN not kept"),
        (redirect("ftp://a.example"), "404 UNIDENTIFIED", "502 EREDIRECT"),
        (file(JPEG).header("content-length", "50"), "404 UNIDENTIFIED not kept", "502 ETRUNCATED not kept"),
        (file(JPEG).header("content-encoding", "zstd"), "404 UNIDENTIFIED", "502 EORIGIN"),
        (file(&[7; 101]), "400 ELIMIT", "413 ELIMIT"),
        (file(b"<!doctype html>"), "400 EFORMAT", "422 EFORMAT"),
    ] {
        assert_eq!(told(url, Some(&answer)), [documented, gateway]);
    }
}

/// The log learns the origin, its status, and the class of its address; a browser learns the documented code.
#[test]
fn an_error_says_which_origin_failed_and_how() {
    use originkit::Error;
    use originkit::error::{AddressClass, OriginError};

    const A: &str = "https://shop.example/a.jpg";
    let first = || Origin::new("https://shop.example").named("shop");
    let circle: Vec<_> = (0..9)
        .map(|n| (format!("https://shop.example/{n}"), redirect(&format!("https://shop.example/{}", n + 1))))
        .collect();
    let proxy = || Origin::proxy(["cdn.example"]);
    let layer = "/tr:l-image,i-b.png,l-end/a.jpg";
    type Case = (&'static str, Vec<(String, Answer)>, Origin, &'static str, &'static str);
    let cases: [Case; 7] = [
        (
            "/a.jpg",
            vec![(A.to_owned(), status(502))],
            first(),
            "the origin answered with status 502 Bad Gateway (origin `shop`)",
            "an origin failed",
        ),
        (
            "/a.jpg",
            vec![(A.to_owned(), Answer::Failure(FetchError::Address(AddressClass::LinkLocal)))],
            first(),
            "the origin's name leads to a link-local address, which is not allowed (origin `shop`)",
            "an origin denied access",
        ),
        (
            "/a.jpg",
            vec![(A.to_owned(), file(JPEG).header("content-length", "50"))],
            Origin::new("https://shop.example"),
            "the origin's answer broke off (origin `shop.example`)",
            "an origin failed",
        ),
        (
            "/a.jpg",
            vec![(A.to_owned(), redirect("https://169.254.169.254/"))],
            first(),
            "the origin redirects to a URL that may not be fetched (origin `shop`)",
            "an origin failed",
        ),
        (
            "/0",
            circle,
            first(),
            "the origin redirects too often, perhaps in a circle (origin `shop`)",
            "an origin failed",
        ),
        (
            "/https://elsewhere.example/a.jpg",
            vec![],
            proxy(),
            "the host is not on the list of the web proxy",
            "an origin denied access",
        ),
        (
            layer,
            vec![(A.to_owned(), file(JPEG))],
            first(),
            "no file was found at the specified path (origin `shop`); it is a file of a layer",
            "no file was found for a layer",
        ),
    ];
    for (path, origins, origin, text, public) in cases {
        let endpoint = Endpoint::new("https://img.example.com").origin(origin);
        let engine = Engine::builder().endpoint(endpoint).build().unwrap();
        let origins: Vec<_> = origins.iter().map(|(url, answer)| (url.as_str(), answer.clone())).collect();
        let script = Script::new(engine, Request::get(format!("https://img.example.com{path}")), &origins);
        let response = script.answer_by_hand();
        let error = response.extensions().get::<Error>().unwrap();
        assert_eq!(error.to_string(), text);
        assert!(error.public_text().starts_with(public), "{error}: {}", error.public_text());
        let told = response.headers()["ik-error"].to_str().unwrap();
        assert!(!told.contains("shop") && !told.contains("link-local"), "{told}");
        assert!(matches!(error, Error::Origin { cause, .. } if *cause != OriginError::Other));
    }
}

/// An answer that may differ for the next request is not cached, whatever the status.
#[test]
fn what_failed_for_a_moment_is_not_kept() {
    use originkit::Error;
    use originkit::delivery::{Input, Output, Rendered};

    let url = || Request::get("https://img.example.com/tr:w-1/a.jpg");
    let mut cases: Vec<_> = [408, 421, 425, 500, 501, 502, 504, 599].map(|code| (status(code), "502 EORIGIN")).into();
    cases.extend([
        (Answer::Failure(FetchError::Closed), "502 ECONNREFUSED"),
        (file(JPEG).header("content-length", "x"), "502 EORIGIN"),
        (status(206), "502 EORIGIN"),
        (file(JPEG).breaks_off(FetchError::TimedOut), "504 ETIMEDOUT"),
        (file(JPEG).breaks_off(FetchError::Other), "502 EORIGIN"),
        (Answer::Failure(FetchError::Busy), "503 EBUSY"),
    ]);
    for (answer, gateway) in cases {
        assert_eq!(told(url, Some(&answer))[1], format!("{gateway} not kept"));
    }
    // What an origin says stands.
    for code in [400, 402, 405, 406, 410, 418, 451] {
        assert!(!told(url, Some(&status(code)))[0].contains("not kept"), "{code}");
    }
    let pixels = |code| Error::Pixels { code, message: String::new() };
    for (error, transient) in [
        (Error::Busy { retry_after: Duration::from_millis(2500) }, true),
        (Error::Busy { retry_after: Duration::ZERO }, true),
        (Error::Stopped, true),
        (pixels(originkit::ErrorCode::Unidentified), true),
        (pixels(originkit::ErrorCode::Format), false),
        (pixels(originkit::ErrorCode::Unsupported), false),
        (originkit::error::PlanError::Source(String::new()).into(), false),
    ] {
        for gateway in [false, true] {
            let request = url().body(()).unwrap();
            let mut delivery = engine(gateway, |_| {}).deliver(&request, UNIX_EPOCH);
            let response = loop {
                match delivery.poll() {
                    Output::Lookup(key) => _ = delivery.handle(Input::Found(key, None)),
                    Output::Fetch(fetch) => {
                        _ = delivery.handle(Input::Head(fetch.id, http::Response::new(())));
                        _ = delivery.handle(Input::Chunk(fetch.id, bytes::Bytes::from_static(JPEG)));
                        _ = delivery.handle(Input::End(fetch.id));
                    }
                    Output::Render(_) => _ = delivery.handle(Input::Rendered(Rendered::new(Err(error.clone())))),
                    Output::Store(file) => assert!(file.key().is_original(), "nothing is kept of a failure"),
                    Output::Respond(response) => break response,
                    Output::Wait => panic!("nothing is out"),
                }
            };
            assert_eq!(error.is_transient(), transient, "{error:?}");
            assert_eq!(response.headers()["cache-control"] == "no-store", transient, "{error:?}");
            let after = response.headers().get("retry-after").map(|value| value.to_str().unwrap());
            let want = match &error {
                Error::Busy { retry_after } if retry_after.is_zero() => Some("1"),
                Error::Busy { .. } => Some("3"),
                Error::Stopped => Some("60"),
                _ => None,
            };
            assert_eq!((after, response.status() == 503), (want, want.is_some()), "{error:?}");
        }
    }
}

#[cfg(feature = "pixels")]
#[test]
fn images_that_fail() {
    use originkit::error::PlanError;
    use originkit::{Error, ErrorCode};

    let pixels = |code| Error::Pixels { code, message: String::new() };
    for (error, documented, gateway) in [
        (Error::Limit(limit()), (400, "ELIMIT"), (422, "ELIMIT")),
        (Error::Plan(PlanError::Limit(limit())), (400, "ELIMIT"), (422, "ELIMIT")),
        (pixels(ErrorCode::Format), (400, "EFORMAT"), (422, "EFORMAT")),
        (pixels(ErrorCode::Unsupported), (400, "ENOTSUP"), (400, "ENOTSUP")),
        (pixels(ErrorCode::Unidentified), (500, "UNIDENTIFIED"), (500, "EINTERNAL")),
        (Error::Plan(PlanError::Source(String::new())), (400, "EFORMAT"), (422, "EFORMAT")),
    ] {
        let (status, code) = error.as_gateway();
        assert_eq!((error.status().as_u16(), error.code().as_str()), documented, "{error:?}");
        assert_eq!((status.as_u16(), code), gateway, "{error:?}");
    }
}

/// Returns an exceeded limit.
#[cfg(feature = "pixels")]
fn limit() -> originkit::error::LimitError {
    let long = "w-1:".repeat(65);
    let error = originkit::transform::Transformation::parse(&long, &Limits::default()).unwrap_err();
    match error.kind {
        originkit::error::ParseErrorKind::Limit(limit) => limit,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_error_says_more_to_the_operator_than_to_a_browser() {
    let origin = || Origin::new("https://www.example.com");
    let engine = Engine::builder()
        .endpoint(Endpoint::new("https://img.example.com/a").origin(origin()))
        .endpoint(Endpoint::new("https://b.example").origin(origin()))
        .build()
        .unwrap();
    let error = Error::from(engine.parse("https://img.example.com/secret/x.jpg?y").unwrap_err());
    assert_eq!(
        error.to_string(),
        "no URL-endpoint matches img.example.com/secret/x.jpg; there are https://img.example.com/a, https://b.example"
    );
    assert_eq!(error.public_text(), "no URL-endpoint matches the request");
    let nowhere = Error::from(engine.resolve(&http::Request::get("/x").body(()).unwrap(), UNIX_EPOCH).unwrap_err());
    assert!(nowhere.to_string().starts_with("no URL-endpoint matches a request without a host, for /x; "), "{nowhere}");
    let long = format!("https://img.example.com/{}", "x".repeat(8000));
    assert!(engine.parse(&long).unwrap_err().to_string().len() < 9000);
}
