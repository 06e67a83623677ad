//! Access rules: refusals over whole deliveries, with every claim that a visitor may make.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::net::IpAddr;
use std::time::SystemTime;

use bytes::Bytes;
use http::{Request, Response};
use originkit::config::{Access, Country, Visitor};
use originkit::delivery::Output;
use originkit::error::{AccessError, Rejection};
use originkit::{Endpoint, Engine, EngineBuilder, Error, Origin};

fn builder(access: Access) -> EngineBuilder {
    let endpoint = Endpoint::new("https://e.example/p").origin(Origin::new("https://o.example"));
    Engine::builder().endpoint(endpoint).access(access)
}

fn engine(access: Access) -> Engine {
    builder(access).build().unwrap()
}

fn request(url: &str, headers: &[(&str, &str)], address: Option<&str>, country: Option<&str>) -> Request<()> {
    let mut request = Request::get(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(()).unwrap();
    let address = address.map(|text| text.parse::<IpAddr>().unwrap());
    request.extensions_mut().insert(Visitor { address, country: country.and_then(Country::new) });
    request
}

/// Returns the answer to a request for which no origin is asked.
fn refused(engine: &Engine, request: &Request<()>) -> Response<Bytes> {
    match engine.deliver(request, SystemTime::UNIX_EPOCH).poll() {
        Output::Respond(response) => response,
        other => panic!("{other:?}"),
    }
}

fn everything() -> Access {
    let access = Access::new().block_addresses(["203.0.113.0/24", "2001:db8::/32"]);
    let access = access.block_countries(["fr"]).allow_referrers(["https://www.example.com/"]);
    access.block_agents(["badbot"])
}

const URL: &str = "https://e.example/p/tr:w-1/a.jpg";
const REFERRED: (&str, &str) = ("referer", "https://www.example.com/page");

#[test]
fn each_rule_answers_403_which_nobody_keeps() {
    let engine = engine(everything());
    for (headers, address, country, rule) in [
        (&[REFERRED][..], Some("203.0.113.9"), Some("DE"), AccessError::Address),
        (&[REFERRED], Some("::ffff:203.0.113.9"), Some("DE"), AccessError::Address),
        (&[REFERRED], Some("2001:db8::9"), None, AccessError::Address),
        (&[REFERRED], None, Some("FR"), AccessError::Country),
        (&[], None, Some("DE"), AccessError::Referrer),
        (&[("referer", "https://evil.example/")], None, Some("DE"), AccessError::Referrer),
        (&[REFERRED, ("user-agent", "x BadBot/1")], Some("192.0.2.1"), Some("DE"), AccessError::Agent),
    ] {
        let mut request = request(URL, headers, address, country);
        let response = refused(&engine, &request);
        assert_eq!(response.status(), 403, "{rule}");
        assert_eq!(response.headers()["ik-error"], "EFORBIDDEN - access is refused", "{rule}");
        assert_eq!(response.headers()["cache-control"], "no-store", "{rule}");
        assert_eq!(response.body(), "access is refused", "{rule}");
        assert_eq!(response.extensions().get(), Some(&Error::Rejected(Rejection::Access(rule))));
        *request.method_mut() = http::Method::HEAD;
        let head = refused(&engine, &request);
        assert_eq!((head.status(), head.headers()), (response.status(), response.headers()), "{rule}");
    }
}

#[test]
fn who_passes_every_rule_is_served_as_without_any() {
    let open = engine(Access::new());
    let guarded = engine(everything());
    for headers in [&[REFERRED][..], &[REFERRED, ("user-agent", "Mozilla/5.0")]] {
        for (address, country) in [(Some("203.0.112.9"), Some("DE")), (Some("::1"), None), (None, None)] {
            let request = request(URL, headers, address, country);
            let order = |engine: &Engine| engine.resolve(&request, SystemTime::UNIX_EPOCH).unwrap();
            let (with, without) = (order(&guarded), order(&open));
            assert_eq!(with.cache_key(), without.cache_key());
            assert_eq!(with.vary(), without.vary());
            assert_eq!(with.to_string(), without.to_string());
        }
    }
}

#[test]
fn no_header_says_who_asks() {
    let access = Access::new().block_addresses(["203.0.113.0/24"]).allow_countries(["DE"]);
    let engine = engine(access);
    let claims = |address: &str, country: &str| {
        let names = ["x-forwarded-for", "x-real-ip", "true-client-ip", "cf-connecting-ip", "x-client-ip"];
        let mut headers: Vec<_> = names.map(|name| (name, address.to_owned())).to_vec();
        headers.push(("forwarded", format!("for={address}")));
        headers
            .extend(["cf-ipcountry", "x-country", "cloudfront-viewer-country"].map(|name| (name, country.to_owned())));
        headers
    };
    let status = |claims: &[(&str, String)], address: Option<&str>, country: Option<&str>| {
        let headers: Vec<_> = claims.iter().map(|(name, value)| (*name, value.as_str())).collect();
        engine.resolve(&request(URL, &headers, address, country), SystemTime::UNIX_EPOCH).err()
    };
    let (bad, good) = (claims("203.0.113.9", "FR"), claims("192.0.2.1", "DE"));
    assert_eq!(status(&bad, Some("192.0.2.1"), Some("DE")), None);
    assert_eq!(status(&good, Some("203.0.113.9"), Some("DE")), Some(AccessError::Address.into()));
    assert_eq!(status(&good, Some("192.0.2.1"), None), Some(AccessError::Country.into()));
    // A request without a visitor at all.
    let bare = Request::get(URL).header("x-forwarded-for", "192.0.2.1").header("cf-ipcountry", "DE").body(()).unwrap();
    assert_eq!(engine.resolve(&bare, SystemTime::UNIX_EPOCH).err(), Some(AccessError::Country.into()));
}

#[test]
fn access_comes_after_the_endpoint_and_before_all_else() {
    let access = || Access::new().block_agents(["badbot"]);
    let builder = builder(access());
    #[cfg(feature = "signing")]
    let builder = {
        let mut settings = originkit::Settings::default();
        settings.restrict_unsigned = true;
        builder.settings(settings).signing_key("hush")
    };
    let engine = builder.build().unwrap();
    let status = |url: &str, agent: &str| {
        refused(&engine, &request(url, &[("user-agent", agent)], None, None)).status().as_u16()
    };
    let unknown = "https://other.example/p/a.jpg";
    assert_eq!((status(unknown, "badbot"), status(unknown, "fine")), (404, 404));
    let below = ["a.jpg", "a.jpg?ik-s=1&ik-t=2", "tr:l-image/a.jpg", "%00", "tr:n-none/a.jpg"];
    for url in below.map(|path| format!("https://e.example/p/{path}")) {
        assert_eq!(status(&url, "badbot"), 403, "{url}");
        if cfg!(feature = "signing") {
            assert_eq!(status(&url, "fine"), 401, "{url}");
        }
    }
    let mut post = request(URL, &[("user-agent", "badbot")], None, None);
    *post.method_mut() = http::Method::POST;
    assert_eq!(refused(&engine, &post).status(), 405);
}
