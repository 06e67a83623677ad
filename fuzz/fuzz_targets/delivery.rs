//! The delivery machine with arbitrary inputs: no panic, no stall, one response, and no more than its bounds.
//!
//! The bytes are a small program: each instruction is an operation, an id and an argument.
#![no_main]

use std::collections::HashMap;
use std::time::SystemTime;

use libfuzzer_sys::fuzz_target;
use originkit::bytes::Bytes;
use originkit::delivery::{FetchError, FetchId, Input, Output, Rendered};
use originkit::http::{Request, Response};
use originkit::plan::Size;
use originkit::render::Encoded;
use originkit::store::StoreKey;
use originkit::{Endpoint, Engine, Format, Limits, Origin};

const FETCHES: u64 = 9;
const SOURCE_BYTES: u64 = 600;
const PATHS: [&str; 4] = [
    "/a.jpg",
    "/tr:orig-true/a.jpg",
    "/tr:w-30,di-none.png/a.jpg",
    "/tr:l-image,i-one.png,l-end,l-image,i-two.png,l-end/a.jpg",
];
const STATUSES: [u16; 12] = [200, 206, 204, 301, 304, 401, 403, 404, 410, 500, 100, 999];
const NAMES: [&str; 8] = [
    "content-length",
    "content-encoding",
    "content-range",
    "location",
    "etag",
    "cache-control",
    "age",
    "last-modified",
];

fuzz_target!(|program: &[u8]| {
    let Some((first, mut program)) = program.split_first() else { return };
    let mut delivery = engine().deliver(&request(PATHS[usize::from(first % 4)]), SystemTime::UNIX_EPOCH);
    // A store with the files that this delivery has put there; no others match its keys.
    let mut kept: HashMap<StoreKey, Bytes> = HashMap::new();
    let (mut lookups, mut out, mut fetches, mut render_out, mut responses) = (Vec::new(), Vec::new(), 0_u64, false, 0);
    loop {
        loop {
            match delivery.poll() {
                Output::Fetch(fetch) => {
                    fetches += 1;
                    out.push(fetch.id);
                }
                Output::Render(job) => {
                    assert!(job.sources().iter().all(|file| file.bytes.len() as u64 <= SOURCE_BYTES));
                    render_out = true;
                }
                Output::Lookup(key) => lookups.push(key),
                Output::Store(file) => _ = kept.insert(file.key().clone(), file.to_bytes()),
                Output::Respond(_) => responses += 1,
                Output::Wait => break,
            }
        }
        assert!(fetches <= FETCHES && responses <= 1);
        assert!(responses == 1 || render_out || !out.is_empty() || !lookups.is_empty(), "it must not stall");

        let Some((&[operation, number, length], rest)) = program.split_first_chunk() else { break };
        let (argument, rest) = rest.split_at(rest.len().min(usize::from(length)));
        program = rest;
        let id = FetchId::new(u64::from(number));
        let flow = delivery.handle(match operation % 6 {
            0 => Input::Head(id, head(argument)),
            1 => Input::Chunk(id, Bytes::copy_from_slice(argument)),
            2 => Input::End(id),
            3 => Input::Failed(id, FetchError::Refused),
            4 if !lookups.is_empty() => {
                let key = lookups.remove(usize::from(number) % lookups.len());
                let file =
                    if length.is_multiple_of(4) { Some(Bytes::copy_from_slice(argument)) } else { kept.get(&key).cloned() };
                _ = delivery.handle(Input::Found(key, file));
                continue;
            }
            _ => {
                render_out = false;
                let image = Encoded::new(Bytes::from_static(b"-"), Format::Png, Size::new(1, 1));
                _ = delivery.handle(Input::Rendered(Rendered::new(Ok(image))));
                continue;
            }
        });
        if flow.is_break() {
            out.retain(|other| *other != id);
        }
    }
});

fn engine() -> Engine {
    let mut limits = Limits::default();
    limits.source_bytes = SOURCE_BYTES;
    limits.fetches = FETCHES as usize;
    let origins = ["https://www.example.com", "https://backup.example.net"];
    let endpoint = Endpoint::new("https://img.example.com");
    let endpoint = origins.iter().fold(endpoint, |e, base| e.origin(Origin::new(base)));
    Engine::builder().endpoint(endpoint).limits(limits).build().expect("a configuration")
}

fn request(path: &str) -> Request<()> {
    Request::get(format!("https://img.example.com{path}")).body(()).expect("a request")
}

/// Returns a head: the first byte is the status, the second the name of a header, the rest its value.
fn head(argument: &[u8]) -> Response<()> {
    let byte = |at: usize| usize::from(argument.get(at).copied().unwrap_or(0));
    let value = argument.get(2..).unwrap_or_default();
    let head = || Response::builder().status(STATUSES[byte(0) % STATUSES.len()]);
    let with_header = head().header(NAMES[byte(1) % NAMES.len()], value).body(());
    with_header.unwrap_or_else(|_| head().body(()).expect("a status alone"))
}
