//! ImageKit's own SDK against this crate: thousands of random URLs from the SDK are read, verified, printed and built
//! again.
//!
//! The test needs `node`, and the package that `npm install --prefix tests/sdk` fetches; without them, it prints a
//! message and passes. `ORIGINKIT_SDK` names another `node_modules`, and makes it an error if there is none.
#![cfg(feature = "signing")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use originkit::error::Rejection;
use originkit::transform::{Ignored, Reason};
use originkit::{Endpoint, Engine, Order, Origin, Settings, UrlBuilder};
use serde_json::Value;

/// The private key in `generate.js`.
const KEY: &str = "private_key_of_the_tests";
const NOW: u64 = 1_700_000_000;

const COUNT: usize = 3000;
/// The default seed. Another one, in `ORIGINKIT_SDK_SEED`, gives other URLs.
const SEED: &str = "1";

#[test]
fn the_sdk_and_we_agree() {
    let Some(lines) = generate() else { return };
    let cases: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(cases.len(), COUNT);
    let mut tally = Tally::default();
    for case in &cases {
        let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(case, &mut tally)));
        assert!(checked.is_ok(), "{case:#}");
    }
    println!("{COUNT} URLs of the SDK: {tally:?}");
    assert!(tally.signed > COUNT / 4 && tally.expiring > COUNT / 10 && tally.layered > COUNT / 5, "{tally:?}");
    assert!(tally.unsendable < COUNT / 20, "{tally:?}");
}

#[derive(Debug, Default)]
struct Tally {
    signed: usize,
    expiring: usize,
    /// The number of URLs with layers.
    layered: usize,
    /// The number of URLs with characters that no URL can contain, and that clients encode: the SDK's signature is of
    /// other bytes then.
    unsendable: usize,
}

fn check(case: &Value, tally: &mut Tally) {
    let text = |key: &str| case[key].as_str().unwrap();
    let (url, transformation) = (text("url"), text("text"));
    let endpoint = Endpoint::new(text("endpoint")).origin(Origin::new("https://www.example.com"));
    let signed = case["signed"] == true;
    tally.signed += usize::from(signed);
    tally.expiring += usize::from(case["expires"].is_u64());
    tally.layered += usize::from(transformation.contains("l-end"));

    // Made again from the same input, byte for byte.
    let again = made(&endpoint, case, |url| url.transformation_text(transformation));
    let sendable = http::Uri::try_from(url).is_ok() && url.is_ascii();
    if sendable {
        assert_eq!(again, url);
    } else {
        tally.unsendable += 1;
        assert!(!signed || again != url);
        let encoded = |url: &str| url.replace(' ', "%20").split("ik-s=").next().unwrap().to_owned();
        assert_eq!(encoded(&again), encoded(url));
    }
    let url = again.as_str();

    // Read, nothing lost, and verified.
    let engine = engine(&endpoint, signed);
    let read = engine.parse(url).unwrap();
    let lost = |it: &&Ignored| it.reason != Reason::Superseded && it.reason != Reason::VideoOnly;
    let lost: Vec<_> = read.ignored().iter().filter(lost).collect();
    assert!(lost.is_empty() || case["video"] == true, "{lost:?}");
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
    resolve(&engine, url, now).unwrap();
    if signed {
        let other = if url.ends_with('0') { '1' } else { '0' };
        let forged = format!("{}{other}", &url[..url.len() - 1]);
        assert!(matches!(resolve(&engine, &forged, now), Err(Rejection::Signature(_))));
        let late = now + Duration::from_secs(100_001);
        assert_eq!(resolve(&engine, url, late).is_err(), case["expires"].is_u64());
    }

    // Made from values, it is another spelling of the same.
    let canonical = made(&endpoint, case, |url| url.transformation(read.transformation().clone()));
    let reread = engine.parse(&canonical).unwrap();
    assert_eq!((reread.transformation(), reread.path()), (read.transformation(), read.path()), "{canonical}");
    assert_eq!(reread.transformation().to_string(), read.transformation().to_string());
    resolve(&engine, &canonical, now).unwrap();
}

/// Returns the URL that this crate builds for a case.
fn made(endpoint: &Endpoint, case: &Value, transform: impl FnOnce(UrlBuilder) -> UrlBuilder) -> String {
    let endpoint = endpoint.clone().signing_key(KEY);
    let mut url = transform(endpoint.url(case["src"].as_str().unwrap()));
    if case["in_path"] == true {
        url = url.in_path();
    }
    for pair in case["query"].as_array().unwrap() {
        url = url.query(pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
    }
    match case["expires"].as_u64() {
        Some(second) => url.expires(second).sign().unwrap(),
        None if case["signed"] == true => url.sign().unwrap(),
        None => url.build().unwrap(),
    }
}

fn engine(endpoint: &Endpoint, signed: bool) -> Engine {
    let mut settings = Settings::default();
    settings.restrict_unsigned = signed;
    let builder = Engine::builder().endpoint(endpoint.clone()).settings(settings);
    builder.named("thumb", "w-100,h-100").signing_key(KEY).build().unwrap()
}

fn resolve(engine: &Engine, url: &str, now: SystemTime) -> Result<Order, Rejection> {
    engine.resolve(&http::Request::get(url).body(()).unwrap(), now)
}

/// Returns the SDK's URLs, if it is installed.
fn generate() -> Option<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk");
    let named = std::env::var_os("ORIGINKIT_SDK").map(PathBuf::from);
    let modules = named.clone().unwrap_or_else(|| folder.join("node_modules"));
    let skip = |why: &str| {
        assert!(named.is_none(), "{why}, but ORIGINKIT_SDK is set");
        println!("skipped: {why}; see the head of this file");
        None
    };
    if !modules.join("@imagekit/nodejs").is_dir() {
        return skip("ImageKit's SDK is not installed");
    }
    let seed = std::env::var("ORIGINKIT_SDK_SEED").unwrap_or_else(|_| SEED.to_owned());
    let mut node = Command::new("node");
    node.arg(folder.join("generate.js")).args([COUNT.to_string(), seed]).env("ORIGINKIT_SDK", modules);
    match node.output() {
        Err(error) => skip(&format!("node does not run: {error}")),
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Some(String::from_utf8(output.stdout).unwrap())
        }
    }
}
