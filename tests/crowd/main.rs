//! A server with eight times more clients than it can serve, some of them hostile and some gone: every answer is right
//! or says when to come back, memory stays within the bounds, and in the end every place is free.
//!
//! It takes ten seconds; `ORIGINKIT_CROWD_SECONDS` asks for more.
#![cfg(all(feature = "reqwest", feature = "tokio", feature = "tower"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]
#![allow(clippy::cast_possible_truncation, reason = "a test")]

#[path = "../images/mod.rs"]
mod images;
mod origin;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use originkit::adapters::{Reqwest, Threads};
use originkit::client::Bounded;
use originkit::tower::ImageService;
use originkit::{Endpoint, Engine, Limits, Origin};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const MIB: u64 = 1024 * 1024;
/// Renders at a time, and those that wait: what it can serve.
const AT_ONCE: usize = 2;
const QUEUE: usize = 8;
const CLIENTS: usize = 8 * (AT_ONCE + QUEUE);
const MEMORY: u64 = 96 * MIB;
const BODIES: u64 = 32 * MIB;

/// What came of the requests.
#[derive(Default)]
struct Seen {
    /// Times until an answer.
    fine: Vec<Duration>,
    busy: Vec<Duration>,
    left: u64,
    bombs: u64,
    faults: [u64; 4],
    wrong: Vec<String>,
}

/// The server and its parts.
struct Server {
    address: SocketAddr,
    threads: Threads,
    client: Bounded<Reqwest>,
    images: ImageService,
}

impl Server {
    async fn start(origin: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let endpoint = Endpoint::new(&format!("http://{address}")).origin(Origin::new(origin));
        let mut limits = Limits::default();
        limits.memory = MEMORY;
        limits.idle_timeout = Duration::from_millis(1500);
        let engine = Engine::builder().endpoint(endpoint).limits(limits).build().unwrap();
        // Nobody waits so long: who is refused was refused at once.
        let wait = Duration::from_secs(60);
        let threads = Threads::new().at_once(AT_ONCE).queue(QUEUE).memory(MEMORY).wait(wait);
        let client = Bounded::new(Reqwest::new().unwrap()).fetches(24).bytes(BODIES);
        let images = ImageService::builder(engine).client(client.clone()).compute(threads.clone()).at_once(64).build();
        let app = axum::Router::new().fallback_service(images.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, threads, client, images }
    }

    /// Nothing is under way, and nothing is held.
    fn is_idle(&self) -> bool {
        let load = self.threads.load();
        (load.running, load.waiting, load.bytes) == (0, 0, 0)
            && self.client.under_way() == (0, 0)
            && self.images.under_way() == 0
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_is_served_or_told_to_come_back() {
    let seconds = std::env::var("ORIGINKIT_CROWD_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let (base, answered) = origin::start().await;
    let server = Arc::new(Server::start(&base).await);
    let seen = Arc::new(Mutex::new(Seen::default()));
    // Everything that is set up once is there before memory is looked at.
    let mut random = images::random(1);
    for _ in 0..30 {
        one(&server, &mut random, &mut Seen::default(), true).await;
    }
    let before = memory("VmRSS");
    // Otherwise the peak is that of the drawing above, which makes the bound no wider.
    _ = std::fs::write("/proc/self/clear_refs", "5");

    let until = Instant::now() + Duration::from_secs(seconds);
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let (server, seen) = (Arc::clone(&server), Arc::clone(&seen));
            tokio::spawn(async move {
                let mut random = images::random(0x9E37_79B9 + number as u64 * 0x1234_5677);
                let mut own = Seen::default();
                while Instant::now() < until {
                    one(&server, &mut random, &mut own, false).await;
                }
                add(&mut seen.lock().unwrap(), own);
            })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
    let peak = memory("VmHWM");
    let refused = server.threads.load().refused + server.client.refused();
    for _ in 0..1000 {
        if server.is_idle() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (load, under_way, images) = (server.threads.load(), server.client.under_way(), server.images.under_way());
    assert!(server.is_idle(), "{load:?}, fetches {under_way:?}, deliveries {images}");

    let Seen { mut fine, mut busy, left, bombs, faults, wrong } = std::mem::take(&mut *seen.lock().unwrap());
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times.get(times.len() / 2).copied().unwrap_or_default()
    };
    let (served, told) = (median(&mut fine), median(&mut busy));
    println!(
        "{} images (median {served:?}), {} told to come back ({told:?}), {left} left, {bombs} bombs, faults {faults:?}, \
         {refused} refused by counts, {} files sent, memory {before:?} to {peak:?} MiB",
        fine.len(),
        busy.len(),
        answered.load(std::sync::atomic::Ordering::Relaxed),
    );
    assert!(wrong.is_empty(), "{} wrong answers, such as {:#?}", wrong.len(), &wrong[..wrong.len().min(5)]);
    assert!(fine.len() > 20 && busy.len() > 20 && left > 10 && bombs > 0, "nothing was shown");
    assert!(faults.iter().all(|seen| *seen > 0), "{faults:?}");
    // Who is told so has not waited for a render: those who have are slower, though they were let in.
    assert!(refused > 0 && told < served, "{told:?}, {served:?}");
    if let (Some(before), Some(peak)) = (before, peak) {
        assert!(peak.saturating_sub(before) <= (MEMORY + BODIES) / MIB + 64, "from {before} to {peak} MiB");
    }
}

fn add(all: &mut Seen, own: Seen) {
    all.fine.extend(own.fine);
    all.busy.extend(own.busy);
    all.left += own.left;
    all.bombs += own.bombs;
    all.faults.iter_mut().zip(own.faults).for_each(|(all, own)| *all += own);
    all.wrong.extend(own.wrong);
}

/// One request of a client.
async fn one(server: &Server, random: &mut impl FnMut(usize) -> usize, seen: &mut Seen, alone: bool) {
    let (width, height) = (20 + random(380), 20 + random(380));
    let format = ["jpg", "png", "webp"][random(3)];
    let kind = if alone { 99 } else { random(100) };
    let file = match kind {
        0..2 => origin::BOMBS[random(2)],
        2..7 => origin::FAULTS[random(4)],
        _ => origin::GOOD[random(3)],
    };
    let path = format!("/tr:w-{width},h-{height},f-{format}/{file}?v={}", random(1_000_000));
    let begun = Instant::now();
    let Ok(mut stream) = TcpStream::connect(server.address).await else {
        return seen.wrong.push("no connection".to_owned());
    };
    let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", server.address);
    stream.write_all(request.as_bytes()).await.unwrap();
    if (7..17).contains(&kind) {
        tokio::time::sleep(Duration::from_millis(random(60) as u64)).await;
        seen.left += 1;
        return;
    }
    let mut answer = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answer).await {
        return seen.wrong.push(format!("{path}: {error}"));
    }
    let took = begun.elapsed();
    let at = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(answer.len());
    let head = String::from_utf8_lossy(&answer[..at]).to_ascii_lowercase();
    let body = answer.get(at + 4..).unwrap_or_default();
    let status = head.split(' ').nth(1).unwrap_or_default();
    let has = |line: &str| head.lines().any(|it| it.starts_with(line));
    let is_right = match (kind, status) {
        (_, "503") => {
            seen.busy.push(took);
            has("retry-after: ") && has("cache-control: no-store") && has("ik-error: ebusy")
        }
        (0..2, _) => {
            seen.bombs += 1;
            status == "400" && has("ik-error: elimit")
        }
        (2..7, _) => {
            let fault = origin::FAULTS.iter().position(|it| *it == file).unwrap();
            seen.faults[fault] += 1;
            status == "404" && has("ik-error: ") && !has("ik-error: enoent")
        }
        (_, "200") => {
            seen.fine.push(took);
            let image = image::load_from_memory(body);
            image.is_ok_and(|image| (image.width(), image.height()) == (width as u32, height as u32))
        }
        _ => false,
    };
    if !is_right {
        seen.wrong.push(format!("{path} after {took:?}: {head}"));
    }
}

/// Memory of this process in MiB, where the system tells.
fn memory(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    Some(line.split_ascii_whitespace().next()?.parse::<u64>().ok()? / 1024)
}
