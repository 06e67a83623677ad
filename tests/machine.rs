//! The laws of the machine, with arbitrary inputs in any order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, Response};
use originkit::delivery::{Delivery, FetchError, FetchId, Input, Outcome, Output, Rendered};
use originkit::plan::Size;
use originkit::render::Encoded;
use originkit::store::{Original, Rendition, StoreKey, Stored};
use originkit::{Endpoint, Engine, Format, Limits, Origin, Settings};
use proptest::prelude::*;

/// A limit below the number of fetches that the searches could use.
const FETCHES: usize = 5;
const SOURCE_BYTES: usize = 64;

fn engine() -> Engine {
    let mut limits = Limits::default();
    limits.source_bytes = u64::try_from(SOURCE_BYTES).unwrap();
    limits.fetches = FETCHES;
    let mut settings = Settings::default();
    settings.caching.stale_if_error = Duration::from_secs(1000);
    settings.caching.stale_while_revalidate = Duration::from_secs(200);
    let endpoint = Endpoint::new("https://img.example.com")
        .origin(Origin::new("https://www.example.com"))
        .origin(Origin::new("https://backup.example.net"));
    Engine::builder().endpoint(endpoint).limits(limits).settings(settings).build().unwrap()
}

fn delivery(path: &str, now: u64, last: Option<&Rendition>, has: bool) -> Delivery {
    let mut request = Request::get(format!("https://img.example.com{path}"));
    if has {
        // What the browser has is what was made last time, or anything.
        request = request.header("if-none-match", last.map_or("*", Rendition::etag));
    }
    let order =
        engine().resolve(&request.body(()).unwrap(), SystemTime::UNIX_EPOCH + Duration::from_secs(now)).unwrap();
    order.deliver()
}

type Kept = (Vec<Original>, Vec<(&'static str, Rendition)>);

/// Returns the files in a store after each path was delivered once at the epoch, some of them with a validator.
static ORIGINALS: LazyLock<Kept> = LazyLock::new(|| {
    let (mut originals, mut renditions) = (Vec::new(), Vec::new());
    for path in PATHS {
        let mut delivery = delivery(path, 0, None, false);
        loop {
            match delivery.poll() {
                Output::Fetch(fetch) => {
                    let head = Response::builder()
                        .header("etag", if fetch.id > FetchId::new(1) { "W/\"1\"" } else { "\"1\"" });
                    assert!(delivery.handle(Input::Head(fetch.id, head.body(()).unwrap())).is_continue());
                    _ = delivery.handle(Input::Chunk(fetch.id, Bytes::from_static(b"\xFF\xD8\xFF\xE0")));
                    _ = delivery.handle(Input::End(fetch.id));
                }
                Output::Render(_) => _ = delivery.handle(Input::Rendered(rendered(true))),
                Output::Lookup(key) => _ = delivery.handle(Input::Found(key, None)),
                Output::Store(Stored::Original(original)) => originals.push(original),
                Output::Store(Stored::Rendition(rendition)) => renditions.push((path, rendition)),
                Output::Respond(_) => break,
                Output::Wait => panic!("nothing is out"),
            }
        }
    }
    (originals, renditions)
});

const PATHS: [&str; 6] = [
    "/a.jpg",
    "/tr:w-30/a.jpg",
    "/tr:orig-true/a.jpg",
    "/tr:w-30,di-none.png/a.jpg",
    "/tr:w-30,di-none.png,l-image,i-logo.png,l-end/a.jpg",
    "/tr:l-image,i-one.png,l-end,l-image,i-two.png,l-end/a.jpg",
];

fn paths() -> impl Strategy<Value = &'static str> {
    prop::sample::select(PATHS.to_vec())
}

/// An input without its id: inputs cannot be cloned, and ids are best chosen among the outstanding ones.
#[derive(Debug, Clone)]
enum Event {
    Head(u16, Option<(&'static str, &'static str)>),
    Chunk(Vec<u8>),
    End,
    Failed(FetchError),
    Rendered(bool),
    /// The store has something under a key of [`STORED`], or under one that is looked up: the file of that number,
    /// another one, or nothing.
    Found(usize, Option<usize>),
}

fn events() -> impl Strategy<Value = Event> {
    let statuses = vec![100, 200, 200, 200, 200, 204, 206, 301, 302, 304, 401, 403, 404, 410, 429, 500, 503, 999];
    let headers = vec![
        None,
        Some(("content-length", "4")),
        Some(("content-length", "65")),
        Some(("content-length", "x")),
        Some(("content-encoding", "gzip")),
        Some(("content-range", "bytes 0-3/4")),
        Some(("location", "/b.jpg")),
        Some(("location", "https://cdn.example.org/c.jpg")),
        Some(("location", "http://[::1")),
        Some(("etag", "\"1\"")),
        Some(("etag", "W/\"1")),
        Some(("last-modified", "Thu, 01 Jan 1970 00:00:07 GMT")),
        Some(("last-modified", "Fri, 31 Dec 9999 23:59:59 GMT")),
        Some(("cache-control", "max-age=99999999999999999999999, s-maxage=, =,;")),
        Some(("age", "18446744073709551615")),
        Some(("expires", "Thu, 01 Jan 1600 00:00:00 GMT")),
        Some(("is-private-file", "true")),
    ];
    let bytes = prop_oneof![
        4 => Just(b"\xFF\xD8\xFF\xE0".to_vec()),
        1 => Just(Vec::new()),
        1 => Just(b"<svg/>".to_vec()),
        1 => Just(vec![7; SOURCE_BYTES]),
        1 => prop::collection::vec(any::<u8>(), 0..8),
    ];
    let errors = prop::sample::select(vec![
        FetchError::Refused,
        FetchError::TimedOut,
        FetchError::Other,
        FetchError::Closed,
        FetchError::Busy,
    ]);
    prop_oneof![
        4 => (prop::sample::select(statuses), prop::sample::select(headers)).prop_map(|(s, h)| Event::Head(s, h)),
        4 => bytes.prop_map(Event::Chunk),
        3 => Just(Event::End),
        1 => errors.prop_map(Event::Failed),
        2 => any::<bool>().prop_map(Event::Rendered),
        5 => (any::<usize>(), prop::option::weighted(0.8, any::<usize>())).prop_map(|(key, file)| Event::Found(key, file)),
    ]
}

/// Generates mostly single inputs, and some whole files, since otherwise no delivery would get far.
fn bursts() -> impl Strategy<Value = Vec<Event>> {
    let file = vec![Event::Head(200, None), Event::Chunk(b"\xFF\xD8\xFF\xE0".to_vec()), Event::End];
    prop_oneof![3 => events().prop_map(|event| vec![event]), 1 => Just(file)]
}

impl Event {
    fn input(self, id: FetchId) -> Input {
        match self {
            Self::Head(status, header) => {
                let mut head = Response::builder().status(status);
                if let Some((name, value)) = header {
                    head = head.header(name, value);
                }
                Input::Head(id, head.body(()).unwrap())
            }
            Self::Chunk(bytes) => Input::Chunk(id, Bytes::from(bytes)),
            Self::End => Input::End(id),
            Self::Failed(error) => Input::Failed(id, error),
            Self::Rendered(good) => Input::Rendered(rendered(good)),
            Self::Found(..) => unreachable!("it is about a key"),
        }
    }
}

fn rendered(good: bool) -> Rendered {
    let image = Encoded::new(Bytes::from_static(b"an image"), Format::WebP, Size::new(3, 2));
    let limit = originkit::error::PlanError::Source("broken".to_owned());
    Rendered::new(if good { Ok(image) } else { Err(limit.into()) })
}

/// A machine, and the state that a driver would have for it.
struct Watched {
    delivery: Delivery,
    /// The lookups that are not answered.
    lookups: Vec<StoreKey>,
    /// The fetches that may still have inputs.
    out: BTreeSet<FetchId>,
    /// The number of fetches for the answer, and then for the renewal after it.
    fetches: usize,
    renders: usize,
    render_out: bool,
    response: Option<Response<Bytes>>,
    /// The delivery goes on after its response.
    renews: bool,
    /// The store has renditions, not only originals.
    again: bool,
    /// `true` once a rendition was handed out for the store.
    stored: bool,
}

impl Watched {
    fn new(delivery: Delivery, again: bool) -> Self {
        let (lookups, out, fetches, renders, render_out) = (Vec::new(), BTreeSet::new(), 0, 0, false);
        Self {
            delivery,
            lookups,
            out,
            fetches,
            renders,
            render_out,
            response: None,
            renews: false,
            again,
            stored: false,
        }
    }

    /// Polls once. Returns `false` if there is nothing to do but wait.
    fn poll(&mut self) -> bool {
        let renews = self.renews;
        match self.delivery.poll() {
            Output::Lookup(key) => {
                assert!(self.response.is_none() || renews);
                self.lookups.push(key);
            }
            Output::Fetch(fetch) => {
                assert!((self.response.is_none() || renews) && self.renders == 0, "files come first");
                assert!(self.out.insert(fetch.id), "an id is given out once");
                self.fetches += 1;
                assert!(self.fetches <= FETCHES);
            }
            Output::Render(job) => {
                assert!(self.response.is_none() || renews);
                assert!(job.sources().iter().all(|file| !file.bytes.is_empty() && file.bytes.len() <= SOURCE_BYTES));
                self.renders += 1;
                self.render_out = true;
                assert_eq!(self.renders, 1);
            }
            Output::Store(file) => {
                assert!(self.response.is_none() || renews, "files for the store come before the answer");
                assert!(!file.to_bytes().is_empty());
                self.stored |= !file.key().is_original();
            }
            Output::Respond(response) => {
                let outcome = Outcome::of(&response).expect("an outcome");
                assert!(self.renders == 1 || response.body() != "an image" || self.again, "a result nobody asked for");
                let lives = response.headers()["cache-control"].to_str().unwrap();
                assert!(
                    !self.stored || !matches!(lives, "no-store" | "public, max-age=5"),
                    "stored, though it may pass"
                );
                assert_eq!(response.headers().contains_key("retry-after"), response.status() == 503);
                assert!(!response.status().is_server_error() || lives == "no-store", "{lives}");
                assert_eq!(response.status() == 304, outcome == Outcome::NotModified);
                assert_eq!(
                    response.status() == 200 || response.status() == 304,
                    outcome != Outcome::Failed && outcome != Outcome::Shed
                );
                assert!(matches!(outcome, Outcome::Stale | Outcome::NotModified) || !self.delivery.goes_on());
                assert!(!matches!(outcome, Outcome::Hit | Outcome::Stale) || self.again);
                (self.fetches, self.renders, self.renews) = (0, 0, self.delivery.goes_on());
                assert!(self.response.replace(response).is_none(), "one response");
            }
            Output::Wait => {
                let waits_for_something = !self.out.is_empty() || self.render_out || !self.lookups.is_empty();
                assert!(!self.delivery.goes_on() || waits_for_something, "it must not stall");
                assert!(self.response.is_some() || self.delivery.goes_on());
                return false;
            }
        }
        true
    }

    /// Answers a lookup, or sends a key that was not looked up.
    fn found(&mut self, number: usize, file: Option<usize>) {
        let (originals, renditions) = &*ORIGINALS;
        let key = if !number.is_multiple_of(8) && !self.lookups.is_empty() {
            self.lookups.remove(number % self.lookups.len())
        } else {
            originals[number % originals.len()].key().clone()
        };
        let file = file.and_then(|file| {
            let own = originals.iter().find(|original| *original.key() == key).map(Original::to_bytes);
            let made = renditions.iter().map(|(_, made)| made).find(|made| *made.key() == key).filter(|_| self.again);
            match file % 8 {
                0 => Some(Bytes::from_static(b"no file of ours")),
                1 => Some(originals[file % originals.len()].to_bytes()),
                _ => own.or(made.map(Rendition::to_bytes)),
            }
        });
        assert!(self.delivery.handle(Input::Found(key, file)).is_break());
    }

    fn handle(&mut self, event: Event, id: FetchId) {
        if let Event::Found(number, file) = event {
            return self.found(number, file);
        }
        if matches!(event, Event::Rendered(_)) {
            self.render_out = false;
        }
        let last = matches!(event, Event::End | Event::Failed(_));
        let of_fetch = !matches!(event, Event::Rendered(_));
        let flow = self.delivery.handle(event.input(id));
        if of_fetch && (last || flow.is_break()) {
            assert!(flow.is_break(), "nothing follows an end");
            self.out.remove(&id);
        }
        assert!(flow.is_break() || self.out.contains(&id), "nothing is wanted of a stranger");
    }
}

/// `PROPTEST_CASES` sets a higher number.
fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig { cases: default.cases.max(2000), failure_persistence: None, ..default }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_inputs_in_any_order(
        path in paths(),
        now in prop::sample::select(vec![0, 10, 3599, 3600, 3700, 3900, 9000]),
        again in any::<bool>(),
        has in any::<bool>(),
        inputs in prop::collection::vec((bursts(), 0..10_usize, prop::bool::weighted(0.9), 0..4_usize), 0..60),
    ) {
        let last = ORIGINALS.1.iter().find(|(own, _)| *own == path).map(|(_, last)| last.clone()).filter(|_| again);
        let mut watched = Watched::new(delivery(path, now, last.as_ref(), has), last.is_some());
        for (burst, number, known, polls) in inputs {
            let id = watched.out.iter().nth(number % watched.out.len().max(1)).copied();
            let stranger = FetchId::new(u64::try_from(number).unwrap());
            for event in burst {
                watched.handle(event, id.filter(|_| known).unwrap_or(stranger));
            }
            for _ in 0..polls {
                watched.poll();
            }
        }
        // The world ends: all that is out fails. That takes one round for each lookup and fetch there may be.
        for _ in 0..=8 * FETCHES {
            while watched.poll() {}
            while !watched.lookups.is_empty() {
                watched.found(1, None);
            }
            if watched.render_out {
                watched.handle(Event::Rendered(true), FetchId::new(0));
            }
            for id in watched.out.clone() {
                watched.handle(Event::Failed(FetchError::Refused), id);
            }
        }
        prop_assert!(!watched.delivery.goes_on());
        let response = watched.response.expect("there is a response in the end");
        let not_modified = response.status() == 304;
        prop_assert!(has || !not_modified);
        prop_assert_eq!(response.headers().contains_key("content-type"), !not_modified);
        prop_assert_eq!(response.status() == 200 || not_modified, !response.headers().contains_key("ik-error"));
    }
}
