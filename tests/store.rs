//! Deliveries with a store: the requests to origins, the renders and the headers, second by second.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]
#![cfg(feature = "single-flight")]

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use originkit::client::{Answered, Body, Client, Compute, Io, Later, drive};
use originkit::delivery::{Approved, FetchError, Outcome, Render, Rendered};
use originkit::plan::Size;
use originkit::render::Encoded;
use originkit::store::{Store, StoreKey};
use originkit::{Endpoint, Engine, Format, Origin, Settings};
use tokio::sync::Semaphore;

/// The environment of the tests: origins, a thread pool, and a log of the requests.
struct World {
    /// The files by URL; any other URL is a 404.
    files: Mutex<HashMap<String, File>>,
    down: Mutex<bool>,
    /// The failures of the next requests to origins, in turn, and of the next renders.
    faults: Mutex<VecDeque<FetchError>>,
    ends: Mutex<VecDeque<originkit::Error>>,
    asked: Mutex<Vec<String>>,
    renders: AtomicUsize,
    /// A gate with a permit for each answer and for each render.
    gate: Semaphore,
}

/// A status, headers and a body.
type File = (u16, HeaderMap, &'static [u8]);

const OPEN: usize = 1 << 20;
const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0 one";
const OTHER: &[u8] = b"\xFF\xD8\xFF\xE0 two";
const PHOTO: &str = "https://www.example.com/a.jpg";

impl World {
    fn new() -> Arc<Self> {
        let world = Self {
            files: Mutex::default(),
            down: Mutex::new(false),
            faults: Mutex::default(),
            ends: Mutex::default(),
            asked: Mutex::default(),
            renders: AtomicUsize::new(0),
            gate: Semaphore::new(OPEN),
        };
        world.has(PHOTO, &[("etag", "\"1\"")], JPEG);
        Arc::new(world)
    }

    fn has(&self, url: &str, headers: &[(&str, &str)], file: &'static [u8]) {
        let headers = headers.iter().map(|(n, v)| (http::HeaderName::try_from(*n).unwrap(), v.parse().unwrap()));
        self.files.lock().unwrap().insert(url.to_owned(), (200, headers.collect(), file));
    }

    fn loses(&self, url: &str) {
        self.files.lock().unwrap().remove(url);
    }

    /// Returns the requests to origins since the last call, and the number of renders.
    fn seen(&self) -> (Vec<String>, usize) {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap());
        (asked, self.renders.swap(0, Ordering::SeqCst))
    }
}

struct Once(Option<Bytes>);

impl Body for Once {
    async fn chunk(&mut self) -> Result<Option<Bytes>, FetchError> {
        Ok(self.0.take())
    }
}

impl Client for World {
    type Body = Once;

    async fn lookup(&self, _: &str, port: u16, _: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        Ok(vec![([93, 184, 215, 14], port).into()])
    }

    async fn send(&self, approved: Approved) -> Result<Response<Once>, FetchError> {
        let (url, theirs) = (approved.request.uri().to_string(), approved.request.headers().get("if-none-match"));
        let note = theirs.map_or(String::new(), |tag| format!(" unless {}", tag.to_str().unwrap()));
        self.asked.lock().unwrap().push(format!("{url}{note}"));

        self.gate.acquire().await.unwrap().forget();
        if let Some(fault) = self.faults.lock().unwrap().pop_front() {
            return Err(fault);
        }
        if *self.down.lock().unwrap() {
            return Err(FetchError::Refused);
        }
        let Some((status, headers, file)) = self.files.lock().unwrap().get(&url).cloned() else {
            return Ok(Response::builder().status(404).body(Once(None)).unwrap());
        };
        let same = theirs.is_some() && theirs == headers.get("etag");
        let body = if same { None } else { Some(Bytes::from_static(file)) };
        let mut response = Response::new(Once(body));
        *response.status_mut() = if same { StatusCode::NOT_MODIFIED } else { StatusCode::from_u16(status).unwrap() };
        *response.headers_mut() = headers;
        Ok(response)
    }
}

impl Compute for World {
    /// Makes an image that names its sources.
    async fn run(&self, job: Render) -> Rendered {
        self.renders.fetch_add(1, Ordering::SeqCst);
        self.gate.acquire().await.unwrap().forget();
        if let Some(error) = self.ends.lock().unwrap().pop_front() {
            return Rendered::new(Err(error));
        }
        let text = format!("{} of {:?}", job.transformation(), job.sources()[0].bytes);
        Rendered::new(Ok(Encoded::new(text.into(), Format::WebP, Size::new(3, 2))))
    }
}

/// A store like a folder or a bucket.
#[derive(Clone, Default)]
struct Shelf(Arc<Mutex<HashMap<StoreKey, Bytes>>>);

impl Store for Shelf {
    async fn get(&self, key: &StoreKey) -> Option<Bytes> {
        self.0.lock().unwrap().get(key).cloned()
    }

    async fn put(&self, key: &StoreKey, file: Bytes) {
        self.0.lock().unwrap().insert(key.clone(), file);
    }
}

impl originkit::blocking::Store for Shelf {
    fn get(&self, key: &StoreKey) -> Option<Bytes> {
        self.0.lock().unwrap().get(key).cloned()
    }

    fn put(&self, key: &StoreKey, file: Bytes) {
        self.0.lock().unwrap().insert(key.clone(), file);
    }
}

impl Shelf {
    fn count(&self, tier: &str) -> usize {
        self.0.lock().unwrap().keys().filter(|key| key.as_str().starts_with(tier)).count()
    }
}

fn engine(change: impl FnOnce(&mut Settings)) -> Engine {
    let mut settings = Settings::default();
    change(&mut settings);
    let endpoint = Endpoint::new("https://img.example.com");
    let endpoint = endpoint.origin(Origin::new("https://www.example.com"));
    let builder = Engine::builder().endpoint(endpoint).settings(settings).named("small", "w-10");
    #[cfg(feature = "signing")]
    let builder = builder.signing_key("secret");
    builder.build().unwrap()
}

/// A server with an engine and an environment.
#[derive(Clone)]
struct Server {
    engine: Engine,
    io: Arc<Io<Arc<World>, Arc<World>, Shelf>>,
    world: Arc<World>,
}

impl Server {
    fn new(world: &Arc<World>, shelf: &Shelf, change: impl FnOnce(&mut Settings)) -> Self {
        let io = Io::new(Arc::clone(world), Arc::clone(world)).store(shelf.clone()).single_flight();
        Self { engine: engine(change), io: Arc::new(io), world: Arc::clone(world) }
    }

    async fn ask(&self, path: &str, headers: &[(&str, &str)], now: u64) -> (Response<Bytes>, Later) {
        let mut request = Request::get(format!("https://img.example.com{path}")).header("accept", "image/webp");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(now);
        let request = request.body(()).unwrap();
        let Answered { response, later, .. } = drive(self.engine.deliver(&request, now), &self.io).await;
        (response, later)
    }

    /// Sends a request, and finishes the later work immediately.
    async fn get(&self, path: &str, headers: &[(&str, &str)], now: u64) -> Response<Bytes> {
        let (response, later) = self.ask(path, headers, now).await;
        later.finish(&self.io).await;
        response
    }
}

fn text<'a>(response: &'a Response<Bytes>, name: &str) -> &'a str {
    response.headers().get(name).map_or("-", |value| value.to_str().unwrap())
}

const HOUR: u64 = 3600;

/// A body is seldom `Sync` (axum's is not), and a server must be able to spawn the future of an answer.
#[test]
fn a_body_need_not_be_shared() {
    fn is_spawned<T: Send>(_: T) {}
    let server = Server::new(&World::new(), &Shelf::default(), |_| {});
    let request = Request::new(std::cell::Cell::new(()));
    is_spawned(drive(server.engine.deliver(&request, SystemTime::UNIX_EPOCH), &server.io));
}

#[tokio::test]
async fn what_was_made_is_made_once() {
    let (world, shelf) = (World::new(), Shelf::default());
    let server = Server::new(&world, &shelf, |_| {});
    let first = server.get("/tr:w-30/a.jpg", &[], 0).await;
    assert_eq!(world.seen(), (vec![PHOTO.to_owned()], 1));
    let second = server.get("/tr:w-30/a.jpg", &[], HOUR - 1).await;
    assert_eq!(world.seen(), (vec![], 0));
    assert_eq!((first.body(), first.headers()), (second.body(), second.headers()));
    // Another image of the same file, and the same one by another spelling.
    server.get("/tr:w-40/a.jpg", &[], 1).await;
    assert_eq!(world.seen(), (vec![], 1));
    server.get("/tr:w-40/a.jpg?tr=", &[], 1).await;
    server.get("/a.jpg?tr=w-40", &[], 1).await;
    assert_eq!(world.seen(), (vec![], 0));
    assert_eq!((shelf.count("originals/"), shelf.count("renditions/")), (1, 2));
    // Another instance with the same store, and one that would make another image.
    Server::new(&world, &shelf, |_| {}).get("/tr:w-30/a.jpg", &[], 2).await;
    assert_eq!(world.seen(), (vec![], 0));
    let other = Server::new(&world, &shelf, |settings| settings.quality = 40).get("/tr:w-30/a.jpg", &[], 2).await;
    assert_eq!(world.seen(), (vec![], 1));
    assert_ne!(text(&other, "etag"), text(&first, "etag"));
    let revised = Server::new(&world, &shelf, |settings| settings.revision = "new model".to_owned());
    assert_ne!(text(&revised.get("/tr:w-30/a.jpg", &[], 2).await, "etag"), text(&first, "etag"));
    assert_eq!(world.seen().1, 1);
}

#[tokio::test]
async fn a_browser_that_has_it_gets_nothing() {
    let (world, shelf) = (World::new(), Shelf::default());
    let server = Server::new(&world, &shelf, |_| {});
    let etag = text(&server.get("/tr:w-30/a.jpg", &[], 0).await, "etag").to_owned();
    world.seen();
    for (kept, has) in [(true, etag.as_str()), (false, &etag), (false, "*"), (false, "\"x\", W/\"y\"")] {
        if !kept {
            shelf.0.lock().unwrap().clear();
        }
        let response = server.get("/tr:w-30/a.jpg", &[("if-none-match", has)], 5).await;
        let rendered = has.starts_with("\"x");
        assert_eq!(world.seen(), (if kept { vec![] } else { vec![PHOTO.to_owned()] }, usize::from(rendered)), "{has}");
        assert_eq!(response.status(), if rendered { 200 } else { 304 }, "{has}");
        assert_eq!((text(&response, "etag"), text(&response, "vary")), (etag.as_str(), "accept"));
        assert_eq!(text(&response, "cache-control"), "public, s-maxage=31536000, max-age=31536000, must-revalidate");
        assert_eq!(response.headers().contains_key("content-type"), rendered);
    }
}

#[tokio::test]
async fn what_is_old_is_asked_after() {
    let (world, shelf) = (World::new(), Shelf::default());
    let server = Server::new(&world, &shelf, |_| {});
    let old = server.get("/tr:w-30/a.jpg", &[], 0).await;
    world.seen();
    let same = server.get("/tr:w-30/a.jpg", &[], HOUR).await;
    assert_eq!(world.seen(), (vec![format!("{PHOTO} unless \"1\"")], 0), "unchanged: nothing is made");
    assert_eq!((old.body(), text(&old, "etag")), (same.body(), text(&same, "etag")));
    server.get("/tr:w-30/a.jpg", &[], 2 * HOUR - 1).await;
    assert_eq!(world.seen(), (vec![], 0), "good for another hour");
    world.has(PHOTO, &[("etag", "\"2\"")], OTHER);
    let new = server.get("/tr:w-30/a.jpg", &[], 2 * HOUR).await;
    assert_eq!(world.seen(), (vec![format!("{PHOTO} unless \"1\"")], 1));
    assert_ne!((old.body(), text(&old, "etag")), (new.body(), text(&new, "etag")));
    // Without a tag the bytes tell.
    world.has(PHOTO, &[], OTHER);
    let (_, tagless) = (world.seen(), server.get("/tr:w-30/a.jpg", &[], 3 * HOUR).await);
    world.seen();
    let again = server.get("/tr:w-30/a.jpg", &[], 4 * HOUR).await;
    assert_eq!(world.seen(), (vec![PHOTO.to_owned()], 0));
    assert_eq!(text(&tagless, "etag"), text(&again, "etag"));
    // A file that is gone is gone.
    world.loses(PHOTO);
    assert_eq!(server.get("/tr:w-30/a.jpg", &[], 5 * HOUR).await.status(), 404);
}

#[tokio::test]
async fn many_ask_once_whether_it_has_changed() {
    let (world, shelf) = (World::new(), Shelf::default());
    let server = Server::new(&world, &shelf, |_| {});
    server.get("/tr:w-30/a.jpg", &[], 0).await;
    for file in [JPEG, OTHER] {
        world.has(PHOTO, &[("etag", if file == JPEG { "\"1\"" } else { "\"2\"" })], file);
        world.seen();
        world.gate.forget_permits(OPEN);
        let now = if file == JPEG { HOUR } else { 2 * HOUR };
        let ask = |width: usize| {
            let server = server.clone();
            tokio::spawn(async move { server.get(&format!("/tr:w-{width}/a.jpg"), &[], now).await })
        };
        let tasks: Vec<_> = (30..40).map(ask).collect();
        tokio::task::yield_now().await;
        world.gate.add_permits(OPEN);
        for task in tasks {
            assert_eq!(task.await.unwrap().status(), 200);
        }
        let renders = if file == JPEG { 9 } else { 10 };
        assert_eq!(world.seen(), (vec![format!("{PHOTO} unless \"1\"")], renders), "what was made of it is good again");
    }
}

/// A 304 to an unconditional request is not an answer (RFC 9110, 15.4.5).
#[tokio::test]
async fn what_has_no_tag_cannot_be_the_same() {
    let (world, shelf) = (World::new(), Shelf::default());
    let server = Server::new(&world, &shelf, |_| {});
    world.has(PHOTO, &[], JPEG);
    assert_eq!(server.get("/tr:w-30/a.jpg", &[], 0).await.status(), 200);
    world.files.lock().unwrap().insert(PHOTO.to_owned(), (304, HeaderMap::new(), b""));
    let odd = server.get("/tr:w-30/a.jpg", &[], HOUR).await;
    assert!(text(&odd, "ik-error").starts_with("UNIDENTIFIED"), "{odd:?}");
}

#[tokio::test]
async fn an_origin_that_is_down() {
    let (world, shelf) = (World::new(), Shelf::default());
    let server = Server::new(&world, &shelf, |s| s.caching.stale_if_error = Duration::from_secs(HOUR));
    let good = server.get("/tr:w-30/a.jpg", &[], 0).await;
    *world.down.lock().unwrap() = true;
    let stopgap = server.get("/tr:w-30/a.jpg", &[], 2 * HOUR - 1).await;
    assert_eq!((stopgap.status(), stopgap.body()), (StatusCode::OK, good.body()));
    assert_eq!(text(&stopgap, "cache-control"), "public, max-age=5", "it may be back soon");
    // An image that was never made, of a file that is kept.
    let new = server.get("/tr:w-40/a.jpg", &[], 2 * HOUR - 1).await;
    assert_eq!((new.status(), text(&new, "cache-control")), (StatusCode::OK, "public, max-age=5"));
    assert_eq!(shelf.count("renditions/"), 1, "it stands in for a moment");
    let over = server.get("/tr:w-30/a.jpg", &[], 3 * HOUR).await;
    assert!(text(&over, "ik-error").starts_with("ECONNREFUSED"), "{over:?}");
    *world.down.lock().unwrap() = false;
    let back = server.get("/tr:w-30/a.jpg", &[], 3 * HOUR + 60).await;
    assert_eq!((back.body(), text(&back, "etag")), (good.body(), text(&good, "etag")));
}

#[tokio::test]
async fn an_image_that_is_gone_does_not_come_back() {
    let (world, shelf) = (World::new(), Shelf::default());
    let server = Server::new(&world, &shelf, |s| s.caching.stale_if_error = Duration::from_secs(HOUR));
    server.get("/tr:w-30,di-none.png/a.jpg", &[], 0).await;
    // The image is gone for good; what was to stand for it cannot be had just now.
    world.loses(PHOTO);
    world.files.lock().unwrap().insert("https://www.example.com/none.png".to_owned(), (503, HeaderMap::new(), b""));
    let gone = server.get("/tr:w-30,di-none.png/a.jpg", &[], HOUR + 1).await;
    assert!(text(&gone, "ik-error").starts_with("ENOENT"), "{gone:?}");
    world.files.lock().unwrap().insert(PHOTO.to_owned(), (503, HeaderMap::new(), b""));
    assert_eq!(server.get("/tr:w-30,di-none.png/a.jpg", &[], HOUR + 1).await.status(), 200, "down is not gone");
}

#[tokio::test]
async fn an_old_image_while_a_new_one_is_made() {
    let (world, shelf) = (World::new(), Shelf::default());
    let server = Server::new(&world, &shelf, |s| s.caching.stale_while_revalidate = Duration::from_secs(60));
    let old = server.get("/tr:w-30/a.jpg", &[], 0).await;
    world.has(PHOTO, &[("etag", "\"2\"")], OTHER);
    world.seen();
    let mut laters = Vec::new();
    for _ in 0..3 {
        let (stale, later) = server.ask("/tr:w-30/a.jpg", &[], HOUR + 59).await;
        assert_eq!((stale.body(), text(&stale, "cache-control")), (old.body(), "public, max-age=60"));
        laters.push(later);
    }
    assert_eq!(world.seen(), (vec![], 0), "nobody waits");
    let finish = |later: Later| later.finish(&server.io);
    let mut laters = laters.into_iter().map(finish);
    tokio::join!(laters.next().unwrap(), laters.next().unwrap(), laters.next().unwrap());
    assert_eq!(world.seen(), (vec![format!("{PHOTO} unless \"1\"")], 1), "one makes the new one");
    let (new, later) = server.ask("/tr:w-30/a.jpg", &[], HOUR + 60).await;
    assert!(later.is_empty() && new.body() != old.body());
    let (_, over) = (world.seen(), server.get("/tr:w-30/a.jpg", &[], 2 * HOUR + 120).await);
    assert_eq!((over.status(), world.seen().0.len()), (StatusCode::OK, 1), "too old to be served unasked");
}

#[tokio::test]
async fn many_at_once_are_one() {
    let (world, shelf) = (World::new(), Shelf::default());
    let server = Server::new(&world, &shelf, |_| {});
    world.gate.forget_permits(OPEN);
    let mut tasks = Vec::new();
    for number in 0..1000 {
        let server = server.clone();
        // Three images of one file.
        let path = format!("/tr:w-{}/a.jpg", 30 + number % 3);
        tasks.push(tokio::spawn(async move { server.get(&path, &[], 0).await }));
    }
    tokio::task::yield_now().await;
    // The first to ask goes away; somebody else asks.
    tasks.remove(0).abort();
    tokio::task::yield_now().await;
    world.gate.add_permits(OPEN);
    for task in tasks {
        assert_eq!(task.await.unwrap().status(), 200);
    }
    let (asked, renders) = world.seen();
    assert_eq!((asked.len(), renders), (2, 3), "{asked:?}");
}

/// The requests run without an order, on several threads.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_threads_at_once_are_one() {
    for _ in 0..20 {
        let (world, shelf) = (World::new(), Shelf::default());
        let server = Server::new(&world, &shelf, |_| {});
        let ask = |number: usize| {
            let server = server.clone();
            tokio::spawn(async move { server.get(&format!("/tr:w-{}/a.jpg", 30 + number % 3), &[], 0).await })
        };
        for task in (0..200).map(ask).collect::<Vec<_>>() {
            assert_eq!(task.await.unwrap().status(), 200);
        }
        let (asked, renders) = world.seen();
        assert_eq!((asked.len(), renders), (1, 3), "{asked:?}");
    }
}

#[tokio::test]
async fn an_outcome_says_how_an_answer_came_about() {
    let (world, shelf) = (World::new(), Shelf::default());
    let change = |s: &mut Settings| {
        (s.caching.stale_while_revalidate, s.caching.stale_if_error) =
            (Duration::from_secs(60), Duration::from_secs(HOUR));
    };
    let server = Server::new(&world, &shelf, change);
    let outcome = |response: &Response<Bytes>| Outcome::of(response).unwrap();
    let made = server.get("/tr:w-30/a.jpg", &[], 0).await;
    assert_eq!(outcome(&made), Outcome::Made);
    for (headers, now, want) in [
        (&[][..], 1, Outcome::Hit),
        (&[("if-none-match", text(&made, "etag"))], 1, Outcome::NotModified),
        (&[], HOUR + 70, Outcome::Revalidated),
        (&[], 2 * HOUR + 71, Outcome::Stale),
        (&[], 2 * HOUR + 72, Outcome::Hit),
    ] {
        assert_eq!(outcome(&server.get("/tr:w-30/a.jpg", headers, now).await), want, "{now}");
    }
    *world.down.lock().unwrap() = true;
    for (path, want) in [("/tr:w-30/a.jpg", Outcome::Stale), ("/b.jpg", Outcome::Failed), ("/a%", Outcome::Failed)] {
        assert_eq!(outcome(&server.get(path, &[], 3 * HOUR + 600).await), want, "{path}");
    }
    world.faults.lock().unwrap().push_back(FetchError::Busy);
    assert_eq!(outcome(&server.get("/c.jpg", &[], 0).await), Outcome::Shed);
    *world.down.lock().unwrap() = false;
    let responses = hundred(&server, "/tr:w-50/a.jpg").await;
    assert_eq!(responses.iter().filter(|response| outcome(response) == Outcome::Made).count(), 1);
    assert_eq!(responses.iter().filter(|response| outcome(response) == Outcome::Shared).count(), 99);
    let names: std::collections::BTreeSet<_> = Outcome::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(names.len(), Outcome::ALL.len());
}

#[tokio::test]
async fn without_a_store_equal_work_is_done_once_all_the_same() {
    let world = World::new();
    let (engine, io) = (engine(|_| {}), Arc::new(Io::new(Arc::clone(&world), Arc::clone(&world)).single_flight()));
    for round in 0..2 {
        world.gate.forget_permits(OPEN);
        let ask = |number: usize| {
            let (engine, io) = (engine.clone(), Arc::clone(&io));
            let request = Request::get(format!("https://img.example.com/tr:w-{}/a.jpg", 30 + number % 3));
            let delivery = engine.deliver(&request.body(()).unwrap(), SystemTime::UNIX_EPOCH);
            tokio::spawn(async move { drive(delivery, &io).await })
        };
        let tasks: Vec<_> = (0..30).map(ask).collect();
        tokio::task::yield_now().await;
        world.gate.add_permits(OPEN);
        for task in tasks {
            let Answered { response, later, .. } = task.await.unwrap();
            assert!(response.status() == 200 && later.is_empty());
        }
        assert_eq!(world.seen(), (vec![PHOTO.to_owned()], 3), "{round}: nothing is kept");
    }
}

/// The blocking driver answers like the asynchronous one, second by second.
#[tokio::test]
async fn both_drivers_have_the_same_store() {
    use originkit::blocking;
    use originkit::testing::Origins;

    fn rendered(job: Render) -> Rendered {
        let encoded = Encoded::new(job.sources()[0].bytes.clone(), Format::WebP, Size::new(3, 2));
        drop(job);
        Rendered::new(Ok(encoded))
    }
    struct Rendering;
    impl Compute for Rendering {
        async fn run(&self, job: Render) -> Rendered {
            rendered(job)
        }
    }

    let engine = engine(|s| s.caching.stale_while_revalidate = Duration::from_secs(60));
    let origins = || {
        let tagged = |tag: &str, body| Response::builder().header("etag", tag).body(body).unwrap();
        let origins = Origins::new().answer(PHOTO, tagged("\"1\"", JPEG)).answer(PHOTO, tagged("\"2\"", OTHER));
        origins.answer(PHOTO, Response::builder().status(304).body("").unwrap())
    };
    let (one, two) = (origins(), origins());
    let (first, second) = (Shelf::default(), Shelf::default());
    let io = Io::new(one.clone(), Rendering).store(first.clone());
    let twin = blocking::Io::new(two.clone(), rendered).store(&second);
    let want = [
        (0, Outcome::Made, 1),
        (1, Outcome::Hit, 1),
        (HOUR + 1, Outcome::Stale, 2),
        (HOUR + 2, Outcome::Hit, 2),
        (2 * HOUR + 62, Outcome::Revalidated, 3),
    ];
    for (now, outcome, asked) in want {
        let request = Request::get("https://img.example.com/tr:w-30/a.jpg").body(()).unwrap();
        let deliver = || engine.deliver(&request, SystemTime::UNIX_EPOCH + Duration::from_secs(now));
        let answered = drive(deliver(), &io).await;
        let same = blocking::drive(deliver(), &twin);
        assert_eq!(answered.later.is_empty(), same.later.is_empty());
        answered.later.finish(&io).await;
        same.later.finish(&twin);
        assert_eq!(
            (answered.response.body(), answered.response.headers()),
            (same.response.body(), same.response.headers())
        );
        let outcomes = (Outcome::of(&answered.response), Outcome::of(&same.response));
        assert_eq!(outcomes, (Some(outcome), Some(outcome)), "{now}");
        assert_eq!((one.requests().len(), two.requests().len()), (asked, asked), "{now}");
        assert_eq!(*first.0.lock().unwrap(), *second.0.lock().unwrap(), "{now}");
    }
}

#[tokio::test]
async fn many_who_fail_fail_alike() {
    let (world, shelf) = (World::new(), Shelf::default());
    let server = Server::new(&world, &shelf, |_| {});
    world.gate.forget_permits(OPEN);
    let ask = |path: &'static str| {
        let server = server.clone();
        tokio::spawn(async move { server.get(path, &[], 0).await })
    };
    let tasks: Vec<_> =
        (0..100).map(|n| ask(if n % 2 == 0 { "/tr:w-30/none.jpg" } else { "/tr:w-40/none.jpg" })).collect();
    tokio::task::yield_now().await;
    world.gate.add_permits(OPEN);
    for task in tasks {
        let response = task.await.unwrap();
        assert!(text(&response, "ik-error").starts_with("ENOENT"), "{response:?}");
        assert_eq!(text(&response, "cache-control"), "public, max-age=60");
    }
    assert_eq!(world.seen(), (vec!["https://www.example.com/none.jpg".to_owned()], 0));
    assert!(shelf.0.lock().unwrap().is_empty(), "nothing is kept of a failure");
}

/// A hundred requests run at the same time.
async fn hundred(server: &Server, path: &'static str) -> Vec<Response<Bytes>> {
    server.world.gate.forget_permits(OPEN);
    let ask = || {
        let server = server.clone();
        tokio::spawn(async move { server.get(path, &[], 0).await })
    };
    let tasks: Vec<_> = (0..100).map(|_| ask()).collect();
    tokio::task::yield_now().await;
    server.world.gate.add_permits(OPEN);
    let mut responses = Vec::new();
    for task in tasks {
        responses.push(tokio::time::timeout(Duration::from_secs(20), task).await.unwrap().unwrap());
    }
    responses
}

#[tokio::test]
async fn what_ends_one_does_not_end_those_who_wait() {
    let busy = || originkit::Error::Busy { retry_after: Duration::from_secs(7) };
    for (faults, ends, asked, renders) in [
        // No client for the first two, no room to render for one, a deadline for another.
        (vec![FetchError::Busy, FetchError::Busy], vec![], 3, 1),
        (vec![], vec![busy()], 1, 2),
        (vec![], vec![originkit::Error::Stopped, busy()], 1, 3),
    ] {
        let (world, shelf) = (World::new(), Shelf::default());
        let server = Server::new(&world, &shelf, |_| {});
        let ended = faults.len() + ends.len();
        (*world.faults.lock().unwrap(), *world.ends.lock().unwrap()) = (faults.into(), ends.into());
        let responses = hundred(&server, "/tr:w-30/a.jpg").await;
        let (good, bad): (Vec<_>, Vec<_>) = responses.iter().partition(|response| response.status() == 200);
        assert_eq!((good.len(), bad.len()), (100 - ended, ended), "{bad:?}");
        for response in bad {
            assert_eq!((response.status().as_u16(), text(response, "cache-control")), (503, "no-store"));
            assert!(matches!(text(response, "retry-after"), "1" | "7" | "60"), "{response:?}");
        }
        let seen = world.seen();
        assert_eq!((seen.0.len(), seen.1), (asked, renders), "one after another");
        assert_eq!((shelf.count("originals/"), shelf.count("renditions/")), (1, 1));
    }
}

#[tokio::test]
async fn a_connection_that_was_closed_is_tried_once_more_for_all() {
    let (world, shelf) = (World::new(), Shelf::default());
    let server = Server::new(&world, &shelf, |_| {});
    world.faults.lock().unwrap().push_back(FetchError::Closed);
    let responses = hundred(&server, "/tr:w-30/a.jpg").await;
    assert!(responses.iter().all(|response| response.status() == 200));
    assert_eq!(world.seen(), (vec![PHOTO.to_owned(); 2], 1));
    // One that is closed each time is no origin, and is found out once.
    world.faults.lock().unwrap().extend([FetchError::Closed; 2]);
    *world.down.lock().unwrap() = true;
    for response in hundred(&server, "/tr:w-30/b.jpg").await {
        assert!(text(&response, "ik-error").starts_with("ECONNREFUSED"), "{response:?}");
        assert_eq!(text(&response, "cache-control"), "no-store");
    }
    assert_eq!(world.seen(), (vec!["https://www.example.com/b.jpg".to_owned(); 2], 0));
}

#[tokio::test]
async fn what_failed_for_a_moment_is_shared_by_those_who_wait_and_kept_by_nobody() {
    let (world, shelf) = (World::new(), Shelf::default());
    let mut server = Server::new(&world, &shelf, |_| {});
    let fails =
        |url: &str, status| _ = world.files.lock().unwrap().insert(url.to_owned(), (status, HeaderMap::new(), b""));
    // The default image stands in: made once, and in no store.
    fails(PHOTO, 503);
    world.has("https://www.example.com/none.png", &[], JPEG);
    for response in hundred(&server, "/tr:w-30,di-none.png/a.jpg").await {
        assert_eq!((response.status().as_u16(), text(&response, "cache-control")), (200, "public, max-age=5"));
    }
    assert_eq!((world.seen().1, shelf.count("originals/"), shelf.count("renditions/")), (1, 1, 0));
    world.has(PHOTO, &[], OTHER);
    let real = server.get("/tr:w-30,di-none.png/a.jpg", &[], 0).await;
    assert_eq!(text(&real, "cache-control"), "public, s-maxage=31536000, max-age=31536000, must-revalidate");

    // An origin says that access is denied, and the one that may have the file is down.
    let endpoint = Endpoint::new("https://img.example.com");
    let endpoint = endpoint.origin(Origin::new("https://www.example.com"));
    let endpoint = endpoint.origin(Origin::new("https://backup.example.net"));
    server.engine = Engine::builder().endpoint(endpoint).build().unwrap();
    fails("https://www.example.com/c.jpg", 403);
    for (status, keeps) in [(500, "no-store"), (404, "public, max-age=60")] {
        fails("https://backup.example.net/c.jpg", status);
        world.seen();
        for response in hundred(&server, "/tr:w-30/c.jpg").await {
            assert!(text(&response, "ik-error").starts_with("EACCES"), "{response:?}");
            assert_eq!(text(&response, "cache-control"), keeps, "{status}");
        }
        assert_eq!(world.seen().0.len(), 2, "{status}");
    }
    // The file of the backup is no image; the other origin may have one.
    fails("https://www.example.com/c.jpg", 502);
    world.has("https://backup.example.net/c.jpg", &[], b"<!doctype html>");
    let page = server.get("/tr:w-30/c.jpg", &[], 0).await;
    assert!(text(&page, "ik-error").starts_with("EFORMAT"), "{page:?}");
    assert_eq!(text(&page, "cache-control"), "no-store");
}

#[tokio::test]
async fn of_an_origin_in_trouble_those_who_wait_are_told_and_no_others() {
    let (world, shelf) = (World::new(), Shelf::default());
    let server = Server::new(&world, &shelf, |_| {});
    world.files.lock().unwrap().insert(PHOTO.to_owned(), (503, HeaderMap::new(), b""));
    world.has("https://www.example.com/none.png", &[], JPEG);
    world.gate.forget_permits(OPEN);
    // Different images of one file. The first goes on, and renders what stands in.
    let paths = ["/tr:w-30,di-none.png/a.jpg", "/tr:w-40/a.jpg", "/tr:w-50/a.jpg"];
    let ask = |path: &'static str| {
        let server = server.clone();
        tokio::spawn(async move { server.get(path, &[], 0).await })
    };
    let [first, second, third] = paths.map(ask);
    tokio::task::yield_now().await;
    world.gate.add_permits(1);
    for waiting in [second, third] {
        let response = waiting.await.unwrap();
        assert!(text(&response, "ik-error").starts_with("UNIDENTIFIED"), "{response:?}");
    }
    let asked = world.seen().0.into_iter().filter(|url| url == PHOTO).count();
    assert_eq!(asked, 1, "one asks for all");
    // By now the origin is well again, while the first is still at it.
    world.has(PHOTO, &[], OTHER);
    let late = ask("/tr:w-60/a.jpg");
    tokio::task::yield_now().await;
    world.gate.add_permits(OPEN);
    assert_eq!((late.await.unwrap().status(), first.await.unwrap().status()), (StatusCode::OK, StatusCode::OK));
}

#[tokio::test]
async fn a_client_that_is_busy_may_leave_an_old_image_standing() {
    let (world, shelf) = (World::new(), Shelf::default());
    let server = Server::new(&world, &shelf, |s| s.caching.stale_if_error = Duration::from_secs(HOUR));
    let good = server.get("/tr:w-30/a.jpg", &[], 0).await;
    for (now, status) in [(2 * HOUR - 1, 200), (2 * HOUR, 503)] {
        world.faults.lock().unwrap().push_back(FetchError::Busy);
        let response = server.get("/tr:w-30/a.jpg", &[], now).await;
        assert_eq!((response.status().as_u16(), response.body() == good.body()), (status, status == 200));
        let keeps = if status == 200 { "public, max-age=5" } else { "no-store" };
        assert_eq!(text(&response, "cache-control"), keeps);
    }
    assert_eq!(server.get("/tr:w-30/a.jpg", &[], 2 * HOUR).await.body(), good.body());
}

#[tokio::test]
async fn what_may_not_be_shared_is_not() {
    let (world, shelf) = (World::new(), Shelf::default());
    let server = Server::new(&world, &shelf, |s| s.caching.by_origin = true);
    for directive in ["no-store", "private, max-age=60"] {
        world.has(PHOTO, &[("cache-control", directive), ("etag", "\"1\"")], JPEG);
        let ask = || server.get("/tr:w-30/a.jpg", &[], 0);
        let (one, two) = tokio::join!(ask(), ask());
        assert_eq!((text(&one, "cache-control"), text(&two, "cache-control")), (directive, directive));
        assert_eq!((world.seen().0.len(), shelf.0.lock().unwrap().len()), (2, 0));
    }
    world.has(PHOTO, &[("cache-control", "max-age=100"), ("age", "40")], JPEG);
    let first = server.get("/tr:w-30/a.jpg", &[], 1000).await;
    let later = server.get("/tr:w-30/a.jpg", &[], 1050).await;
    assert_eq!(text(&first, "cache-control"), "public, s-maxage=100, max-age=100, must-revalidate");
    assert_eq!((text(&first, "age"), text(&later, "age")), ("40", "90"));
    assert_eq!(world.seen().0.len(), 1);
    server.get("/tr:w-30/a.jpg", &[], 1060).await;
    assert_eq!(world.seen().0.len(), 1, "its time is over");
}

#[tokio::test]
async fn a_stopgap_is_kept_for_a_minute() {
    let (world, shelf) = (World::new(), Shelf::default());
    world.has("https://www.example.com/none.png", &[("etag", "\"n\"")], JPEG);
    let server = Server::new(&world, &shelf, |_| {});
    let stopgap = server.get("/tr:w-30,di-none.png/b.jpg", &[], 0).await;
    assert_eq!((stopgap.status(), text(&stopgap, "cache-control")), (StatusCode::OK, "public, max-age=60"));
    world.has("https://www.example.com/b.jpg", &[], OTHER);
    assert_eq!(server.get("/tr:w-30,di-none.png/b.jpg", &[], 59).await.body(), stopgap.body());
    let real = server.get("/tr:w-30,di-none.png/b.jpg", &[], 60).await;
    assert!(real.body() != stopgap.body() && text(&real, "etag") != text(&stopgap, "etag"));
}

#[cfg(feature = "signing")]
#[tokio::test]
async fn private_files_are_for_signed_urls() {
    let (world, shelf) = (World::new(), Shelf::default());
    world.has(PHOTO, &[("Is-Private-File", "True"), ("etag", "\"1\"")], JPEG);
    let server = Server::new(&world, &shelf, |_| {});
    let signed = |path: &str, expires| {
        let base = "https://img.example.com";
        originkit::config::SigningKey::sha1("secret")
            .sign_url(&format!("{base}{path}"), base, expires)
            .replace(base, "")
    };
    for _ in 0..2 {
        // The second time there is an image in the store, made for those who may see it.
        for (path, status) in [
            ("/tr:w-30/a.jpg".to_owned(), 401),
            ("/a.jpg".to_owned(), 401),
            ("/tr:n-small:w-5/a.jpg".to_owned(), 401),
            (signed("/tr:w-30/a.jpg", None), 200),
            ("/tr:n-small/a.jpg".to_owned(), 200),
            (signed("/a.jpg", Some(100)), 200),
        ] {
            let response = server.get(&path, &[], 40).await;
            assert_eq!(response.status(), status, "{path}");
            if status == 401 {
                assert!(text(&response, "ik-error").starts_with("EAUTH") && !response.headers().contains_key("etag"));
            }
        }
        let response = server.get(&signed("/a.jpg", Some(100)), &[], 40).await;
        assert_eq!(text(&response, "cache-control"), "private, max-age=60", "no longer than the signature");
    }
    // Who waits for an image that may not be seen goes on alone.
    shelf.0.lock().unwrap().clear();
    let path = signed("/tr:w-77/a.jpg", None);
    let (refused, served) = tokio::join!(server.get("/tr:w-77/a.jpg", &[], 0), server.get(&path, &[], 0));
    assert_eq!((refused.status(), served.status()), (StatusCode::UNAUTHORIZED, StatusCode::OK));
}

#[tokio::test]
async fn a_broken_store_is_an_empty_one() {
    let (world, shelf) = (World::new(), Shelf::default());
    let server = Server::new(&world, &shelf, |_| {});
    let good = server.get("/tr:w-30/a.jpg", &[], 0).await;
    let whole = shelf.0.lock().unwrap().clone();
    for damage in ["cut", "swapped", "garbage"] {
        world.seen();
        {
            let mut files = shelf.0.lock().unwrap();
            let values: Vec<Bytes> = whole.values().cloned().collect();
            for (number, file) in files.values_mut().enumerate() {
                *file = match damage {
                    "cut" => values[number].slice(..values[number].len() - 1),
                    "swapped" => values[(number + 1) % values.len()].clone(),
                    _ => Bytes::from_static(b"originkit rendition 1\n\n"),
                };
            }
        }
        let again = server.get("/tr:w-30/a.jpg", &[], 1).await;
        assert_eq!((again.body(), world.seen().1), (good.body(), 1), "{damage}");
    }
}

#[cfg(feature = "memory-store")]
#[tokio::test]
async fn memory_has_a_bound() {
    use originkit::store::Memory;
    let memory = Memory::new(100_000);
    for number in 0..1000_u32 {
        let engine = engine(|_| {});
        let url = format!("https://img.example.com/tr:w-{}/a.jpg", number + 1);
        let order = engine.resolve(&Request::get(url).body(()).unwrap(), SystemTime::UNIX_EPOCH).unwrap();
        memory.put(&order.store_key(), Bytes::from(vec![0; 5000])).await;
        assert!(memory.bytes() <= 100_000);
    }
    assert!(memory.bytes() > 50_000, "and it is made use of");
}

/// An environment that a service may own.
#[cfg(feature = "tower")]
struct Shared(Arc<World>);

#[cfg(feature = "tower")]
impl Client for Shared {
    type Body = Once;
    async fn lookup(&self, host: &str, port: u16, timeout: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        self.0.lookup(host, port, timeout).await
    }
    async fn send(&self, approved: Approved) -> Result<Response<Once>, FetchError> {
        self.0.send(approved).await
    }
}

#[cfg(feature = "tower")]
impl Compute for Shared {
    async fn run(&self, job: Render) -> Rendered {
        self.0.run(job).await
    }
}

#[cfg(feature = "tower")]
#[tokio::test]
async fn the_service_remembers() {
    use http_body_util::BodyExt as _;
    use originkit::tower::ImageService;
    use tower_service::Service as _;

    let (world, shelf) = (World::new(), Shelf::default());
    let shared = || Shared(Arc::clone(&world));
    let spawn = |work| _ = tokio::spawn(work);
    let service = ImageService::builder(engine(|_| {})).client(shared()).compute(shared());
    let mut service = service.store(shelf.clone()).spawn(spawn).build();
    for renders in [1, 0] {
        let request = Request::get("https://img.example.com/tr:w-30/a.jpg").body("ignored").unwrap();
        let Ok(response) = service.call(request).await;
        let Ok(body) = response.into_body().collect().await;
        assert!(body.to_bytes().starts_with(b"w-30"));
        assert_eq!(world.seen().1, renders);
        while shelf.count("renditions/") == 0 {
            tokio::task::yield_now().await;
        }
    }
}

#[cfg(feature = "tower")]
#[test]
fn where_nothing_runs_a_task_the_service_keeps_files_before_it_answers() {
    use originkit::testing::Origins;
    use originkit::tower::ImageService;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};
    use tower_service::Service as _;

    let (origins, shelf) = (Origins::new().file(PHOTO, JPEG), Arc::new(Shelf::default()));
    let service = ImageService::builder(engine(|_| {})).client(origins.clone()).compute(Shared(World::new()));
    let mut service = service.store(Arc::clone(&shelf)).build();
    for _ in 0..2 {
        let answer = service.call(Request::get("https://img.example.com/tr:w-30/a.jpg").body(()).unwrap());
        let Poll::Ready(Ok(response)) = pin!(answer).poll(&mut Context::from_waker(Waker::noop())) else {
            panic!("it waits")
        };
        assert_eq!((response.status(), origins.requests().len()), (StatusCode::OK, 1));
        assert_eq!((shelf.count("renditions/"), shelf.count("originals/")), (1, 1));
    }
}

#[cfg(feature = "object-store")]
mod object_store {
    use std::path::PathBuf;

    use originkit::adapters::ObjectStore;

    use super::*;

    fn key(width: u32) -> StoreKey {
        let request = Request::get(format!("https://img.example.com/tr:w-{width}/a.jpg")).body(()).unwrap();
        engine(|_| {}).resolve(&request, SystemTime::UNIX_EPOCH).unwrap().store_key()
    }

    /// A folder that does not exist yet, removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("originkit-{}-{name}", std::process::id()));
            _ = std::fs::remove_dir_all(&path);
            Self(path)
        }

        fn open(&self) -> ObjectStore {
            ObjectStore::open(self.0.join("some where").to_str().unwrap()).unwrap()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[tokio::test]
    async fn keeps_the_laws_of_a_store() {
        let folder = Folder::new("laws");
        let url = format!("file://{}/other%20place", folder.0.display());
        for store in [ObjectStore::open("memory:///").unwrap(), folder.open(), ObjectStore::open(&url).unwrap()] {
            assert_eq!(store.get(&key(1)).await, None);
            for file in ["one", "another, which is longer", "", "-"] {
                store.put(&key(1), file.into()).await;
                assert_eq!(store.clone().get(&key(1)).await, Some(file.into()));
            }
            assert_eq!(store.get(&key(2)).await, None);

            // Neither read nor written, and neither is a failure.
            let small = store.clone().file_bytes(3);
            store.put(&key(1), "four".into()).await;
            small.put(&key(2), "four".into()).await;
            assert_eq!((small.get(&key(1)).await, store.get(&key(2)).await), (None, None));
            small.put(&key(2), "two".into()).await;
            assert_eq!((small.get(&key(2)).await, store.failures()), (Some("two".into()), 0));
        }
        assert!(folder.0.join("other place/renditions").is_dir());
        assert_eq!(folder.open().get(&key(2)).await, Some("two".into()), "instances share a folder");
    }

    #[test]
    fn a_place_that_is_none_is_an_error() {
        let folder = Folder::new("places");
        std::fs::create_dir_all(&folder.0).unwrap();
        let file = folder.0.join("file");
        std::fs::write(&file, "-").unwrap();
        for place in [
            "gs://bucket/images",
            "gs:bucket",
            "https://example.com/images",
            "s3://",
            "redis://localhost",
            "file://elsewhere/images",
            file.to_str().unwrap(),
            "",
        ] {
            let error = ObjectStore::open(place).map(|_| ()).unwrap_err();
            assert!(std::error::Error::source(&error).is_some(), "{place}: {error}");
        }
        let options = [("aws_skip_signature", "perhaps"), ("no_option", "-")];
        assert!(ObjectStore::open_with("s3://bucket/images", options).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_is_down_is_left_alone_for_a_while() {
        let options = [
            ("AWS_ENDPOINT", "http://127.0.0.1:1"),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_EXECUTION_ENV", "a test"),
        ];
        let store = ObjectStore::open_with("s3://bucket/images", options).unwrap();
        for failures in 1..3 {
            assert_eq!((store.get(&key(1)).await, store.failures()), (None, failures));
            store.put(&key(1), "one".into()).await;
            assert_eq!((store.get(&key(1)).await, store.failures()), (None, failures), "it is not asked");
            tokio::time::advance(Duration::from_secs(6)).await;
        }
        store.put(&key(1), "one".into()).await;
        assert_eq!(store.failures(), 3);
        assert!(!format!("{store:?}").contains("secret"));
    }
}
