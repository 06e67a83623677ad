//! A delivery with scripted origins: by hand, with a transcript, and through both drivers, with no socket.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use originkit::client::{Body, Client, Compute};
use originkit::delivery::{Approved, Delivery, Fetch, FetchError, Input, Output, Render, Rendered};
use originkit::plan::Size;
use originkit::render::Encoded;
use originkit::testing::Origins;
use originkit::{Endpoint, Engine, Format, Limits, Origin};

/// Polls a delivery without a store.
pub(crate) fn poll(delivery: &mut Delivery) -> Output {
    loop {
        match delivery.poll() {
            Output::Lookup(key) => _ = delivery.handle(Input::Found(key, None)),
            output => return output,
        }
    }
}

/// What an origin says to one URL.
#[derive(Clone)]
pub(crate) enum Answer {
    Reply { status: u16, headers: Vec<(String, String)>, chunks: Vec<Bytes>, ends: Result<(), FetchError> },
    Failure(FetchError),
}

/// A request, and what the world has in store for it.
pub(crate) struct Script {
    engine: Engine,
    request: Request<()>,
    origins: HashMap<String, Answer>,
    /// How many requests were under way at once, at most.
    pub(crate) together: AtomicUsize,
    now_running: AtomicUsize,
}

/// A status without headers or body.
pub(crate) fn status(status: u16) -> Answer {
    Answer::Reply { status, headers: Vec::new(), chunks: Vec::new(), ends: Ok(()) }
}

/// A file, in two chunks.
pub(crate) fn file(bytes: &[u8]) -> Answer {
    let (front, back) = bytes.split_at(bytes.len() / 2);
    let chunks = vec![Bytes::copy_from_slice(front), Bytes::copy_from_slice(back)];
    Answer::Reply { status: 200, headers: Vec::new(), chunks, ends: Ok(()) }
}

pub(crate) fn redirect(location: &str) -> Answer {
    status(302).header("location", location)
}

/// The first bytes of a JPEG: enough for everything but the pixels, which are scripted too.
pub(crate) const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0 and so on";

impl Answer {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Reply { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    pub(crate) fn breaks_off(mut self, error: FetchError) -> Self {
        if let Self::Reply { ends, .. } = &mut self {
            *ends = Err(error);
        }
        self
    }

    fn head(&self) -> Response<()> {
        let Self::Reply { status, headers, .. } = self else { panic!("there is no head") };
        let mut head = Response::builder().status(*status);
        for (name, value) in headers {
            head = head.header(name, value);
        }
        head.body(()).unwrap()
    }
}

/// `www.example.com`, which is canonical, then `backup.example.net`; at most 100 bytes a file.
pub(crate) fn engine(limits: impl FnOnce(&mut Limits)) -> Engine {
    let mut bounds = Limits::default();
    bounds.source_bytes = 100;
    limits(&mut bounds);
    let main = Origin::new("https://www.example.com").canonical("https://www.example.com");
    let backup = Origin::new("https://backup.example.net");
    let endpoint = Endpoint::new("https://img.example.com").origin(main).origin(backup);
    Engine::builder().endpoint(endpoint).limits(bounds).build().unwrap()
}

impl Script {
    /// A browser asks `img.example.com` for this path.
    pub(crate) fn get(path: &str, origins: &[(&str, Answer)]) -> Self {
        Self::new(engine(|_| {}), Request::get(format!("https://img.example.com{path}")), origins)
    }

    pub(crate) fn new(engine: Engine, request: http::request::Builder, origins: &[(&str, Answer)]) -> Self {
        Self {
            engine,
            request: request.header("accept", "image/webp").body(()).unwrap(),
            origins: origins.iter().map(|(url, answer)| ((*url).to_owned(), answer.clone())).collect(),
            together: AtomicUsize::new(0),
            now_running: AtomicUsize::new(0),
        }
    }

    pub(crate) fn deliver(&self) -> Delivery {
        self.engine.deliver(&self.request, SystemTime::UNIX_EPOCH)
    }

    /// What this URL answers; what the script does not mention is not found.
    fn answer(&self, request: &Request<()>) -> Answer {
        self.origins.get(&request.uri().to_string()).cloned().unwrap_or_else(|| status(404))
    }

    /// Runs it by hand, and returns the answer.
    pub(crate) fn answer_by_hand(&self) -> Response<Bytes> {
        self.by_hand(&self.origins()).1
    }

    /// Runs it by hand and through both drivers, and tells what happened.
    pub(crate) fn run(&self) -> String {
        let origins = self.origins();
        let (transcript, response) = self.by_hand(&origins);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let driven =
            runtime.block_on(originkit::client::drive(self.deliver(), &originkit::client::Io::new(self, self)));
        same(&response, &driven.response);
        let io = originkit::blocking::Io::new(&origins, rendered);
        same(&response, &originkit::blocking::drive(self.deliver(), &io).response);
        transcript
    }

    /// The same, for the blocking driver.
    fn origins(&self) -> Origins {
        self.origins.iter().fold(Origins::new(), |origins, (url, answer)| match answer {
            Answer::Failure(error) => origins.fails(url, *error),
            Answer::Reply { chunks, ends, .. } => {
                let response = answer.head().map(|()| chunks.concat());
                match ends {
                    Ok(()) => origins.answer(url, response),
                    Err(error) => origins.breaks_off(url, response, *error),
                }
            }
        })
    }

    /// Plays the driver: what is under way takes turns. The origins are told where names lead.
    fn by_hand(&self, origins: &Origins) -> (String, Response<Bytes>) {
        let mut told = format!("request {} {}\n", self.request.method(), self.request.uri());
        let mut delivery = self.deliver();
        let mut running: VecDeque<(Fetch, VecDeque<Event>)> = VecDeque::new();
        loop {
            match delivery.poll() {
                Output::Lookup(key) => _ = delivery.handle(Input::Found(key, None)),
                Output::Fetch(fetch) => {
                    writeln!(told, "  fetch {} {}", fetch.id, fetch.request().uri()).unwrap();
                    assert_eq!(fetch.request().headers()["x-req-from"], "imagekit", "on every hop");
                    let (host, port) = fetch.host();
                    let found = fetch.address().map_or_else(|| addresses(host, port), |address| vec![address]);
                    _ = origins.clone().leads_to(host, found.iter().map(SocketAddr::ip));
                    let events = match fetch.clone().approve(found) {
                        Ok(approved) => events(&self.answer(&approved.request)),
                        Err(error) => VecDeque::from([Event::Failed(error)]),
                    };
                    running.push_back((fetch, events));
                }
                Output::Render(job) => {
                    let sizes: Vec<_> = job.sources().iter().map(|source| source.bytes.len()).collect();
                    writeln!(told, "  render {sizes:?}").unwrap();
                    assert!(delivery.handle(Input::Rendered(rendered(job))).is_break());
                }
                Output::Store(_) => {}
                Output::Respond(response) => {
                    assert!(matches!(delivery.poll(), Output::Wait), "one response only");
                    told.push_str(&show(&response));
                    return (told, response);
                }
                Output::Wait => {
                    let (fetch, mut events) = running.pop_front().expect("it waits only while a fetch is out");
                    let id = fetch.id;
                    let (line, input) = match events.pop_front().expect("a fetch that ended is not waited for") {
                        Event::Head(head) => (format!("head {id} {}", head.status().as_u16()), Input::Head(id, head)),
                        Event::Chunk(bytes) => (format!("chunk {id} {}", bytes.len()), Input::Chunk(id, bytes)),
                        Event::End => (format!("end {id}"), Input::End(id)),
                        Event::Failed(error) => (format!("failed {id} {error}"), Input::Failed(id, error)),
                    };
                    let more = matches!(input, Input::Head(..) | Input::Chunk(..));
                    if delivery.handle(input).is_continue() {
                        writeln!(told, "    {line}").unwrap();
                        running.push_back((fetch, events));
                    } else {
                        writeln!(told, "    {line}{}", if more { " -> break" } else { "" }).unwrap();
                    }
                }
            }
        }
    }
}

enum Event {
    Head(Response<()>),
    Chunk(Bytes),
    End,
    Failed(FetchError),
}

fn events(answer: &Answer) -> VecDeque<Event> {
    match answer {
        Answer::Failure(error) => VecDeque::from([Event::Failed(*error)]),
        Answer::Reply { chunks, ends, .. } => std::iter::once(Event::Head(answer.head()))
            .chain(chunks.iter().cloned().map(Event::Chunk))
            .chain([ends.map_or_else(Event::Failed, |()| Event::End)])
            .collect(),
    }
}

/// Every image comes out the same.
fn rendered(job: Render) -> Rendered {
    #[cfg(feature = "sanitize")]
    if let Some(sanitized) = job.sanitize() {
        return sanitized;
    }
    drop(job);
    Rendered::new(Ok(Encoded::new(Bytes::from_static(b"an image"), Format::WebP, Size::new(30, 20))))
}

/// A response as text. What all responses have is checked and left out.
fn show(response: &Response<Bytes>) -> String {
    let headers = response.headers();
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["access-control-allow-origin"], "*");
    assert_eq!(headers["access-control-expose-headers"], "ik-error, ik-ignored, content-dpr");
    let length: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
    assert!(response.body().len() == length || response.body().is_empty());
    assert_eq!(headers.contains_key("accept-ranges"), response.status() == 200);
    assert_eq!(headers.contains_key("etag"), response.status() == 200, "what can be kept has a name");
    let body = String::from_utf8_lossy(response.body());
    let mut shown =
        format!("respond {} {} {body:?}\n", response.status().as_u16(), headers["content-type"].to_str().unwrap());
    let plain = [
        "content-type",
        "content-length",
        "accept-ranges",
        "x-content-type-options",
        "access-control-allow-origin",
        "access-control-expose-headers",
        "etag",
    ];
    let mut lines: Vec<_> = sorted(headers).into_iter().filter(|(name, _)| !plain.contains(&name.as_str())).collect();
    lines.retain(|(name, value)| name != "cache-control" || !value.contains("31536000"));
    for (name, value) in lines {
        writeln!(shown, "  {name}: {value}").unwrap();
    }
    shown
}

fn sorted(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut lines: Vec<_> =
        headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    lines.sort();
    lines
}

fn same(by_hand: &Response<Bytes>, driven: &Response<Bytes>) {
    assert_eq!(by_hand.status(), driven.status());
    assert_eq!(sorted(by_hand.headers()), sorted(driven.headers()));
    assert_eq!(by_hand.body(), driven.body());
}

/// A body that comes bit by bit.
pub(crate) struct Scripted(VecDeque<Event>);

impl Scripted {
    fn next(&mut self) -> Result<Option<Bytes>, FetchError> {
        match self.0.pop_front() {
            Some(Event::Chunk(bytes)) => Ok(Some(bytes)),
            Some(Event::Failed(error)) => Err(error),
            _ => Ok(None),
        }
    }
}

/// Where names lead: those that say so into a private network, and there is one that leads to two places.
pub(crate) fn addresses(host: &str, port: u16) -> Vec<SocketAddr> {
    let (public, private) = (([93, 184, 215, 14], port).into(), ([10, 0, 0, 1], port).into());
    match host.split('.').next() {
        Some("private") => vec![private],
        Some("both") => vec![public, private],
        _ => vec![public],
    }
}

fn reply(answer: &Answer) -> Result<Response<Scripted>, FetchError> {
    match answer {
        Answer::Failure(error) => Err(*error),
        Answer::Reply { .. } => {
            let mut events = events(answer);
            events.pop_front();
            Ok(answer.head().map(|()| Scripted(events)))
        }
    }
}

impl Client for Script {
    type Body = Scripted;

    async fn lookup(&self, host: &str, port: u16, _: Duration) -> Result<Vec<SocketAddr>, FetchError> {
        Ok(addresses(host, port))
    }

    async fn send(&self, approved: Approved) -> Result<Response<Scripted>, FetchError> {
        let request = approved.request;
        let running = self.now_running.fetch_add(1, Ordering::SeqCst) + 1;
        self.together.fetch_max(running, Ordering::SeqCst);
        tokio::task::yield_now().await;
        self.now_running.fetch_sub(1, Ordering::SeqCst);
        reply(&self.answer(&request))
    }
}

impl Body for Scripted {
    async fn chunk(&mut self) -> Result<Option<Bytes>, FetchError> {
        tokio::task::yield_now().await;
        self.next()
    }
}

impl Compute for Script {
    async fn run(&self, job: Render) -> Rendered {
        rendered(job)
    }
}
