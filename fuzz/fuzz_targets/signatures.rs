//! Signed URLs: the signature is valid, and is not after any one change.
//!
//! The input has numbers for the expiry, the place of the change, and the number of bytes removed there; then at most
//! three bytes to insert, and the URL.
#![no_main]

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use libfuzzer_sys::fuzz_target;
use originkit::config::SigningKey;
use originkit::http::{Request, Uri};
use originkit::{Endpoint, Engine, Origin, Settings};

const BASE: &str = "https://img.example.com/base";

fuzz_target!(|input: (Option<u32>, u16, u8, [u8; 3], u8, &str)| {
    let (expires, at, gone, new, count, path) = input;
    let url = format!("{BASE}/{path}");
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let resolves = |engine: &Engine, url: &str| {
        let uri = url.parse::<Uri>().ok()?;
        engine.resolve(&Request::get(uri.clone()).body(()).ok()?, now).ok().map(|_| uri)
    };
    let [open, strict] = engines();
    let expires = expires.map(u64::from);
    let signed = SigningKey::sha1("secret").sign_url(&url, BASE, expires);
    let Some(sent) = resolves(strict, &signed) else {
        // The refusal has another reason than the signature: the URL has expired or is malformed, or has no valid
        // transformation.
        let is_over = expires.is_some_and(|second| second < 1_700_000_000);
        let is_cut = signed.contains('#');
        assert!(is_over || is_cut || resolves(open, &signed).is_none(), "{signed}");
        return;
    };
    let behind = BASE.len() + usize::from(at) % (signed.len() - BASE.len());
    let end = (behind + usize::from(gone % 4)).min(signed.len());
    let new = &new[..usize::from(count % 4)];
    let changed = [&signed.as_bytes()[..behind], new, &signed.as_bytes()[end..]].concat();
    let Ok(changed) = String::from_utf8(changed) else { return };
    let Some(other) = resolves(strict, &changed) else { return };
    // A fragment is not sent, and the host name is case-insensitive.
    assert_eq!(other.path_and_query(), sent.path_and_query(), "{signed} {changed}");
});

/// Returns an engine without keys, and one that refuses unsigned URLs.
fn engines() -> &'static [Engine; 2] {
    static ENGINES: OnceLock<[Engine; 2]> = OnceLock::new();
    ENGINES.get_or_init(|| {
        let endpoint = Endpoint::new(BASE).origin(Origin::new("https://www.example.com/img"));
        let builder = || Engine::builder().endpoint(endpoint.clone());
        let strict = builder().settings(Settings::default().restrict_unsigned(true)).signing_key("secret");
        [builder().build().expect("a configuration"), strict.build().expect("a configuration")]
    })
}
