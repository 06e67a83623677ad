//! `Threads`: which renders run, which wait and which are refused, and that every place is freed.
#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod first_fetch;
mod images;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, Response};
use image::ImageFormat;
use originkit::adapters::{Load, Threads};
use originkit::client::Compute as _;
use originkit::delivery::{Delivery, Input, Output, Render, Rendered};
use originkit::extend::{EffectJob, EffectOutcome, Effector, Extensions};
use originkit::render::Stop;
use originkit::{Endpoint, Engine, Error, ErrorCode, Origin, Renderer};
use tokio::task::JoinHandle;

use self::first_fetch::first_fetch;

/// An effect that ends once its gate is open.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>, Arc<AtomicUsize>);

impl Gate {
    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    fn passed(&self) -> usize {
        self.1.load(Ordering::SeqCst)
    }
}

impl Effector for Gate {
    fn apply(&self, job: EffectJob<'_>) -> EffectOutcome {
        let Self(gate, passed) = self;
        let open = gate.1.wait_while(gate.0.lock().unwrap(), |open| !*open).unwrap();
        passed.fetch_add(1, Ordering::SeqCst);
        drop(open);
        EffectOutcome::Done(job.image)
    }
}

struct Panics;

impl Effector for Panics {
    fn apply(&self, _: EffectJob<'_>) -> EffectOutcome {
        panic!("an effect of the embedder's")
    }
}

/// Returns the render of a file.
fn job(effector: impl Effector + 'static, text: &str, file: Vec<u8>) -> Render {
    let endpoint = Endpoint::new("https://img.test").origin(Origin::new("https://o.test"));
    let engine = Engine::builder().endpoint(endpoint).extensions(Extensions::new().effector(effector)).build().unwrap();
    let request = Request::get(format!("https://img.test/tr:{text}/a.png")).body(()).unwrap();
    let mut delivery: Delivery = engine.deliver(&request, SystemTime::now());
    let fetch = first_fetch(&mut delivery);
    _ = delivery.handle(Input::Head(fetch.id, Response::new(())));
    _ = delivery.handle(Input::Chunk(fetch.id, Bytes::from(file)));
    _ = delivery.handle(Input::End(fetch.id));
    loop {
        match delivery.poll() {
            Output::Render(job) => return job,
            Output::Store(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

fn dot() -> Vec<u8> {
    images::file(images::photo(8, 8), ImageFormat::Png)
}

/// Returns a render that waits in its gate.
fn gated(gate: &Gate) -> Render {
    job(gate.clone(), "e-upscale", dot())
}

fn start(threads: &Threads, job: Render) -> JoinHandle<Rendered> {
    let threads = threads.clone();
    tokio::spawn(async move { threads.run(job).await })
}

/// Waits until the counts are these: running, waiting, refused.
async fn settled(threads: &Threads, want: (usize, usize, u64)) {
    let seen = |load: &Load| (load.running, load.waiting, load.refused);
    for _ in 0..2000 {
        if seen(&threads.load()) == want {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(seen(&threads.load()), want);
}

fn error(rendered: &Rendered) -> Option<Error> {
    rendered.result().err().cloned()
}

#[tokio::test]
async fn what_does_not_fit_is_told_at_once_and_what_waits_runs_in_turn() {
    let (gate, threads) = (Gate::default(), Threads::new().at_once(2).queue(3));
    let running = [(); 2].map(|()| start(&threads, gated(&gate)));
    settled(&threads, (2, 0, 0)).await;
    let waiting = [(); 3].map(|()| start(&threads, gated(&gate)));
    settled(&threads, (2, 3, 0)).await;
    // Nothing runs to its end meanwhile, so that it is answered does not take a place.
    let refused = threads.run(gated(&gate)).await;
    assert_eq!(error(&refused), Some(Error::Busy { retry_after: Duration::from_secs(2) }));
    assert_eq!(gate.passed(), 0);
    gate.open();
    for one in running.into_iter().chain(waiting) {
        assert_eq!(error(&one.await.unwrap()), None);
    }
    settled(&threads, (0, 0, 1)).await;
    assert_eq!((threads.load().bytes, threads.load().done, gate.passed()), (0, 5, 5));
}

#[tokio::test]
async fn who_waits_too_long_is_told_so() {
    let (gate, threads) = (Gate::default(), Threads::new().at_once(1).wait(Duration::from_millis(80)));
    let first = start(&threads, gated(&gate));
    settled(&threads, (1, 0, 0)).await;
    let late = threads.run(gated(&gate)).await;
    assert_eq!(error(&late), Some(Error::Busy { retry_after: Duration::from_secs(1) }));
    gate.open();
    assert_eq!(error(&first.await.unwrap()), None);
    settled(&threads, (0, 0, 1)).await;
    assert_eq!(gate.passed(), 1, "the late one never ran");
}

#[tokio::test]
async fn a_render_that_nobody_waits_for_leaves_the_queue_and_never_runs() {
    let (gate, threads) = (Gate::default(), Threads::new().at_once(1).queue(1));
    let first = start(&threads, gated(&gate));
    settled(&threads, (1, 0, 0)).await;
    // Its future is dropped.
    let left = start(&threads, gated(&gate));
    settled(&threads, (1, 1, 0)).await;
    left.abort();
    settled(&threads, (1, 0, 0)).await;
    // Its handle is set. The next finds its place free, though the runtime has not come to look.
    let job = gated(&gate);
    let stop: Stop = job.stop().clone();
    let stopped = start(&threads, job);
    settled(&threads, (1, 1, 0)).await;
    stop.stop();
    let next = start(&threads, gated(&gate));
    assert_eq!(error(&stopped.await.unwrap()), Some(Error::Stopped));
    settled(&threads, (1, 1, 0)).await;
    gate.open();
    for one in [first, next] {
        assert_eq!(error(&one.await.unwrap()), None);
    }
    settled(&threads, (0, 0, 0)).await;
    assert_eq!(gate.passed(), 2);
}

#[tokio::test]
async fn the_place_of_one_that_runs_is_free_when_it_has_ended() {
    let (gate, threads) = (Gate::default(), Threads::new().at_once(1));
    let job = gated(&gate);
    let stop = job.stop().clone();
    let left = start(&threads, job);
    settled(&threads, (1, 0, 0)).await;
    left.abort();
    _ = left.await;
    assert!(stop.is_stopped(), "it is asked to end");
    assert_eq!(threads.load().running, 1, "but it has not");
    gate.open();
    settled(&threads, (0, 0, 0)).await;
    assert_eq!(threads.load().bytes, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_admits_and_refuses() {
    let large = || job(Gate::default(), "w-1000,h-1000,c-force", dot());
    let stated = large().memory().unwrap();
    assert!(stated > 3_000_000, "{stated}");
    let files = u64::try_from(dot().len()).unwrap();

    let most = stated * 2 + files * 2;
    let threads = Threads::new().at_once(8).queue(24).memory(most).wait(Duration::from_secs(60));
    let tasks: Vec<_> = (0..24).map(|_| start(&threads, large())).collect();
    let mut seen = 0;
    while !tasks.iter().all(JoinHandle::is_finished) {
        let load = threads.load();
        assert!(load.bytes <= most && load.running <= 8, "{load:?}");
        seen = seen.max(load.bytes);
        tokio::task::yield_now().await;
    }
    assert!(seen >= stated, "{seen}");
    for task in tasks {
        assert_eq!(error(&task.await.unwrap()), None);
    }
    settled(&threads, (0, 0, 0)).await;
    assert_eq!((threads.load().bytes, threads.load().done), (0, 24));

    // What can never run is told so, by a code that does not ask to come again.
    let threads = Threads::new().memory(stated - 1);
    let refused = error(&threads.run(large()).await).unwrap();
    assert_eq!((refused.code(), refused.to_string().contains("bytes of memory")), (ErrorCode::Limit, true));
    assert_eq!(error(&threads.run(job(Gate::default(), "w-8", dot())).await), None);
    settled(&threads, (0, 0, 0)).await;
    assert_eq!(threads.load().bytes, 0);
}

#[test]
fn a_render_asks_for_what_it_states_before_it_draws() {
    let large = || job(Gate::default(), "w-1000,h-1000,c-force", dot());
    let (stated, asked) = (large().cost().unwrap(), Mutex::new(Vec::new()));
    let made = large().run_admitted(&Renderer::new(), |cost| {
        asked.lock().unwrap().push(cost);
        Ok(())
    });
    assert_eq!((error(&made), asked.into_inner().unwrap()), (None, vec![stated]));
    let busy = Error::Busy { retry_after: Duration::from_secs(7) };
    let refused = large().run_admitted(&Renderer::new(), |_| Err(busy.clone()));
    assert_eq!(error(&refused), Some(busy));
    // What fails before that asks for nothing.
    let broken = job(Gate::default(), "w-8", b"\x89PNG\r\n\x1a\n".to_vec());
    assert!(error(&broken.run_admitted(&Renderer::new(), |_| panic!("asked"))).is_some());
}

#[tokio::test]
async fn files_of_those_who_wait_are_bounded() {
    let (gate, threads) = (Gate::default(), Threads::new().at_once(1).memory(8 << 20));
    let heavy = || {
        let file = images::file(images::photo(8, 8), ImageFormat::Png);
        job(gate.clone(), "e-upscale", [file, vec![0; 3 << 20]].concat())
    };
    let first = start(&threads, heavy());
    settled(&threads, (1, 0, 0)).await;
    let second = start(&threads, heavy());
    settled(&threads, (1, 1, 0)).await;
    assert!(matches!(error(&threads.run(heavy()).await), Some(Error::Busy { .. })), "a quarter of 8 MiB is full");
    gate.open();
    for one in [first, second] {
        assert_eq!(error(&one.await.unwrap()), None);
    }
    settled(&threads, (0, 0, 1)).await;
}

#[tokio::test]
async fn a_panic_gives_everything_back() {
    let threads = Threads::new().at_once(1);
    for _ in 0..3 {
        let failed = error(&threads.run(job(Panics, "e-upscale", dot())).await).unwrap();
        assert_eq!(failed.code(), ErrorCode::Unidentified);
    }
    let gate = Gate::default();
    gate.open();
    assert_eq!(error(&threads.run(gated(&gate)).await), None);
    settled(&threads, (0, 0, 0)).await;
    assert_eq!((threads.load().bytes, threads.load().done), (0, 1), "those that failed had not begun to draw");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_come_back_to_zero_whatever_happens() {
    let gate = Gate::default();
    gate.open();
    let threads = Threads::new().at_once(2).queue(6).memory(40_000_000).wait(Duration::from_millis(40));
    let mut random = images::random(7);
    let mut tasks = Vec::new();
    for _ in 0..300 {
        let text = ["e-upscale", "w-700,h-700,c-force:e-upscale", "w-1000,h-1000,c-force"][random(3)];
        let job = job(gate.clone(), text, dot());
        let stop = job.stop().clone();
        let task = start(&threads, job);
        match random(4) {
            0 => task.abort(),
            1 => stop.stop(),
            _ => {}
        }
        tasks.push(task);
        if random(5) == 0 {
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    }
    let mut fine = 0;
    for task in tasks {
        match task.await.map(|rendered| error(&rendered)) {
            Ok(None) => fine += 1,
            Ok(Some(Error::Busy { .. } | Error::Stopped)) | Err(_) => {}
            Ok(Some(other)) => panic!("{other}"),
        }
    }
    assert!(fine > 0);
    let refused = threads.load().refused;
    assert!(refused > 0);
    settled(&threads, (0, 0, refused)).await;
    assert_eq!(threads.load().bytes, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_render_that_takes_too_long_is_stopped() {
    let (threads, gate) = (Threads::new().deadline(Duration::from_millis(500)), Gate::default());
    let job = gated(&gate);
    let stop = job.stop().clone();
    let running = tokio::spawn({
        let threads = threads.clone();
        async move { threads.run(job).await }
    });
    while !stop.is_stopped() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // The effect knows nothing of it; what comes behind does.
    assert_eq!((threads.load().running, gate.passed()), (1, 0));
    gate.open();
    assert_eq!(error(&running.await.unwrap()), Some(Error::Stopped));
    settled(&threads, (0, 0, 0)).await;
}
