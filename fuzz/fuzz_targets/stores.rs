//! Arbitrary files from a store: either they count as absent, or they are written back as the same bytes and are
//! answered with.
//!
//! The first byte chooses the kind of file, and whether the input is wrapped in a valid frame with its checksum.
#![no_main]

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use libfuzzer_sys::fuzz_target;
use originkit::bytes::Bytes;
use originkit::delivery::{Input, Output};
use originkit::http::{Request, Response};
use originkit::store::{StoreKey, Stored};
use originkit::{Delivery, Endpoint, Engine, Order, Origin};
use originkit_fuzz::{assert_clean, chosen};
use xxhash_rust::xxh3::Xxh3;

fuzz_target!(|input: &[u8]| {
    let Some((manner, rest)) = chosen(input) else { return };
    let order = order();
    let framed = |kind: &str, key: &StoreKey| {
        if manner & 2 == 0 { Bytes::copy_from_slice(rest) } else { frame(kind, key, rest) }
    };
    let mut delivery = order.deliver();
    let Output::Lookup(mut key) = delivery.poll() else { panic!("a store is asked first") };
    let mut kind = "rendition";
    if manner & 1 == 0 {
        _ = delivery.handle(Input::Found(key, None));
        let Output::Lookup(original) = delivery.poll() else { panic!("there is a file to look up") };
        (key, kind) = (original, "original");
    }
    let stored = framed(kind, &key);
    if let Some(file) = Stored::from_bytes(&key, &stored) {
        assert_eq!((file.to_bytes(), file.key()), (stored.clone(), &key));
        assert!(Stored::from_bytes(&key, &changed(&stored, rest)).is_none());
    }
    _ = delivery.handle(Input::Found(key, Some(stored)));
    end(&mut delivery);
});

fn order() -> Order {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    let engine = ENGINE.get_or_init(|| {
        let origin = Origin::new("https://www.example.com");
        let endpoint = Endpoint::new("https://img.example.com").origin(origin);
        Engine::builder().endpoint(endpoint).build().expect("a configuration")
    });
    let request = Request::get("https://img.example.com/tr:w-30/a.svg").header("if-none-match", "\"a\"").body(());
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    engine.resolve(&request.expect("a request"), now).expect("an order")
}

/// Returns a valid frame around lines and, after an empty line, bytes.
fn frame(kind: &str, key: &StoreKey, rest: &[u8]) -> Bytes {
    let at = rest.windows(2).position(|two| two == b"\n\n");
    let (lines, bytes) = at.map_or((rest, &[][..]), |at| (&rest[..at], &rest[at + 2..]));
    let mut head = format!("originkit {kind} 2\nkey {}\n", key.as_str()).into_bytes();
    head.extend(lines);
    head.extend(format!("\nlength {}\n", bytes.len()).into_bytes());
    let mut sum = Xxh3::new();
    sum.update(&head);
    sum.update(bytes);
    head.extend(format!("checksum {:032x}\n\n", sum.digest128()).into_bytes());
    head.extend(bytes);
    head.into()
}

/// Returns the frame with one bit changed, which the input chooses.
fn changed(frame: &Bytes, input: &[u8]) -> Bytes {
    let at = input.iter().fold(0_usize, |at, byte| at.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    let mut frame = frame.to_vec();
    let length = frame.len();
    frame[at / 8 % length] ^= 1 << (at % 8);
    frame.into()
}

/// Runs a delivery to its end; origins answer that nothing has changed.
fn end(delivery: &mut Delivery) {
    for _ in 0..20 {
        match delivery.poll() {
            // A stale rendition is the answer, and is renewed afterwards.
            Output::Respond(response) => assert_clean(&response),
            Output::Wait => return assert!(!delivery.goes_on(), "it must not stall"),
            Output::Lookup(key) => _ = delivery.handle(Input::Found(key, None)),
            Output::Render(job) => _ = delivery.handle(Input::Rendered(job.run())),
            Output::Fetch(fetch) => {
                let head = Response::builder().status(304).body(()).expect("a head");
                _ = delivery.handle(Input::Head(fetch.id, head));
            }
            Output::Store(_) => {}
        }
    }
    panic!("it has no end");
}
