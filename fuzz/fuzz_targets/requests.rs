//! Requests with an arbitrary path, query and headers: no panic, no control byte in a header, no fetch outside the
//! origin's base, and a key that depends on the consulted headers and no others.
//!
//! The first line is a digit for the engine and the path; each further line is a digit for a header, and its value.
#![no_main]

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use libfuzzer_sys::fuzz_target;
use originkit::config::AcceptByAgent;
use originkit::delivery::Output;
use originkit::http::{HeaderName, HeaderValue, Request};
use originkit::{Dialect, Endpoint, Engine, Origin, Settings};
use originkit_fuzz::{assert_clean, measured};

const NAMES: [&str; 16] = [
    "accept",
    "user-agent",
    "save-data",
    "sec-ch-dpr",
    "sec-ch-width",
    "sec-ch-viewport-width",
    "dpr",
    "width",
    "if-none-match",
    "if-modified-since",
    "referer",
    "cookie",
    "x-forwarded-host",
    "range",
    "host",
    "viewport-width",
];

fuzz_target!(|input: &[u8]| {
    let mut lines = input.split(|byte| *byte == b'\n');
    let Some((which, path)) = lines.next().and_then(|line| line.split_first()) else { return };
    let Ok(path) = std::str::from_utf8(path) else { return };
    let engine = &engines()[usize::from(*which) % engines().len()];
    let url = format!("https://img.example.com/base/{path}");
    let Ok(mut request) = Request::get(&url).body(()) else { return };
    for (name, value) in lines.take(12).filter_map(|line| line.split_first()) {
        let Ok(value) = HeaderValue::from_bytes(value) else { continue };
        request.headers_mut().append(HeaderName::from_static(NAMES[usize::from(*name) % NAMES.len()]), value);
    }
    let ((), taken) = measured(|| check(engine, &request));
    // A URL has 8 KiB at most, and the work on it is linear.
    assert!(taken.time < Duration::from_millis(250) && taken.memory < 4 << 20, "{taken:?}");
});

fn check(engine: &Engine, request: &Request<()>) {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let mut delivery = engine.deliver(request, now);
    match delivery.poll() {
        Output::Respond(response) => assert_clean(&response),
        Output::Fetch(fetch) => {
            let uri = fetch.request().uri();
            assert_eq!(uri.host(), Some("www.example.com"), "{uri}");
            assert!(uri.path().starts_with("/img/"), "{uri}");
            let dots = |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
            assert!(!uri.path().split(['/', '\\']).any(dots), "{uri}");
            assert!(fetch.request().headers().get("cookie").is_none());
        }
        _ => {}
    }
    let Ok(order) = engine.resolve(request, now) else { return };
    let key = order.cache_key().as_str();
    assert!(!key.bytes().any(|byte| byte.is_ascii_control()), "{key}");
    // Only the headers in `Vary` were consulted: without the others, the order is equal.
    let mut bare = request.clone();
    *bare.headers_mut() = request.headers().iter().fold(Default::default(), |mut kept, (name, value)| {
        if order.vary().contains(name) || name == "host" {
            kept.append(name, value.clone());
        }
        kept
    });
    let same = engine.resolve(&bare, now).expect("no header refuses");
    assert_eq!((same.cache_key(), same.store_key(), same.vary()), (order.cache_key(), order.store_key(), order.vary()));
    for attempt in order.attempts().chain(order.default_image_attempts()) {
        assert!(attempt.headers().values().all(|value| value.to_str().is_ok()));
    }
}

fn engines() -> &'static [Engine; 4] {
    static ENGINES: OnceLock<[Engine; 4]> = OnceLock::new();
    ENGINES.get_or_init(|| {
        let base = "https://www.example.com/img";
        let origin = || Origin::new(base).canonical(base);
        let endpoint = || Endpoint::new("https://img.example.com/base").origin(origin());
        let by_agent = AcceptByAgent::new([("Old", "*/*"), ("App", "image/webp")]);
        let saver = Settings::default().data_saver(true).accept_by_agent(by_agent);
        let built = |endpoint, settings| {
            let builder = Engine::builder().endpoint(endpoint).settings(settings);
            builder.named("small", "w-30").build().expect("a configuration")
        };
        [
            built(endpoint(), saver),
            built(endpoint().report_ignored(true), Settings::default()),
            built(endpoint().dialect(Dialect::Imgix), Settings::default()),
            built(endpoint().dialect(Dialect::cloudinary()), Settings::default()),
        ]
    })
}
