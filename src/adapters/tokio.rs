//! [`Threads`]: renders on tokio's threads for blocking work.

use std::cell::Cell;
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout};

use super::admission::{Admission, Bounds, Load, Slot};
use crate::client::Compute;
use crate::code::ErrorCode;
use crate::delivery::{Render, Rendered};
use crate::error::Error;
use crate::pixels::Renderer;
use crate::stop::Stop;

/// Renders on tokio's threads for blocking work: as many at a time as there are cores, and as there is memory for.
///
/// | Bound | Default | What is over it |
/// |---|---|---|
/// | [`at_once`](Self::at_once) | the cores of the machine | waits |
/// | [`memory`](Self::memory) | 1 GiB | waits; what no other render makes room for is [`Error::Limit`] |
/// | [`queue`](Self::queue) | 32 for each core | is answered at once with [`Error::Busy`] |
/// | [`wait`](Self::wait) | 2 seconds | is answered with [`Error::Busy`] |
/// | [`deadline`](Self::deadline) | an hour | is stopped, and answered with [`Error::Stopped`] |
///
/// Who comes first is served first. A render takes its place before anything of its files is read: what memory it takes
/// ([`Render::run_admitted`]) is worked out in that place, too, as that reads headers and may build the tree of an SVG. So
/// a flood of files that claim to be huge keeps no more cores busy than renders do.
///
/// - Files of those who wait count as well: a quarter of the memory, in addition to it.
/// - A render whose [`Stop`] is set, or whose future is dropped, leaves the queue and is never run. Dropping the future of
///   one that runs sets its `Stop`; what it held is free when it has ended.
/// - The memory of a render that states up to 8 MiB is left to the next one; that of larger ones is given back.
/// - A panic is [`ErrorCode::Unidentified`], and gives everything back.
///
/// Clones share the bounds. Needs a runtime of tokio, with time.
///
/// ```
/// use std::time::Duration;
/// use originkit::adapters::Threads;
/// let threads = Threads::new().memory(512 << 20).wait(Duration::from_secs(1));
/// assert_eq!(threads.load().running, 0);
/// ```
#[derive(Debug, Clone)]
pub struct Threads(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    admission: Arc<Admission>,
    /// Of workers that are idle.
    renderers: Mutex<Vec<Renderer>>,
}

impl Default for Threads {
    fn default() -> Self {
        Self::new()
    }
}

impl Threads {
    /// Admits as many renders as there are cores, and 1 GiB: what one render may take by
    /// [`Limits::memory`](crate::Limits::memory), so that none is refused for ever that the limits let pass.
    #[must_use]
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let bounds = Bounds {
            at_once: cores,
            memory: 1024 * 1024 * 1024,
            // At 20 to 100 ms each they are done within the time that one may wait.
            queue: cores.saturating_mul(32),
            wait: Duration::from_secs(2),
            deadline: HOUR,
        };
        Self(Arc::new(Pool { admission: Arc::new(Admission::new(bounds)), renderers: Mutex::default() }))
    }

    /// Sets how many renders run at a time, 1 or more. More than there are cores make none faster.
    #[must_use]
    pub fn at_once(self, renders: usize) -> Self {
        self.set(|bounds| bounds.at_once = renders.max(1))
    }

    /// Sets how many bytes the renders that run may take together, as they state beforehand, and their files. A render
    /// that states more than that is answered with [`Error::Limit`]: it could never run.
    #[must_use]
    pub fn memory(self, bytes: u64) -> Self {
        self.set(|bounds| bounds.memory = bytes)
    }

    /// Sets how many renders may wait, 0 or more.
    #[must_use]
    pub fn queue(self, renders: usize) -> Self {
        self.set(|bounds| bounds.queue = renders)
    }

    /// Sets how long a render may wait before it is begun, an hour at most.
    #[must_use]
    pub fn wait(self, at_most: Duration) -> Self {
        self.set(|bounds| bounds.wait = at_most.min(HOUR))
    }

    /// Sets how long a render may take from its beginning. One that takes longer is ended by its [`Stop`], which it looks
    /// at between rows and operations; waiting for memory counts.
    ///
    /// The computing of a render is bounded by [`Limits::work`](crate::Limits::work) on every machine alike. A deadline
    /// bounds the time on this one.
    #[must_use]
    pub fn deadline(self, at_most: Duration) -> Self {
        self.set(|bounds| bounds.deadline = at_most.min(HOUR))
    }

    /// The counts of this moment.
    #[must_use]
    pub fn load(&self) -> Load {
        self.0.admission.load()
    }

    fn set(self, change: impl FnOnce(&mut Bounds)) -> Self {
        self.0.admission.set(change);
        self
    }

    async fn render(&self, job: Render, stop: &Stop) -> Result<Rendered, Error> {
        let files = job.sources().iter().map(|file| u64::try_from(file.bytes.len()).unwrap_or(u64::MAX));
        let files = files.fold(0, u64::saturating_add);
        let Bounds { wait, deadline, .. } = self.0.admission.bounds();
        let until = Instant::now() + wait;
        let slot = self.0.admission.enter(files, stop, until).await?;
        let pool = Arc::clone(&self.0);
        let mut running = spawn_blocking(move || pool.run(job, files, &slot, until));
        let ended = if let Ok(ended) = timeout(deadline, &mut running).await {
            ended
        } else {
            // Its place is taken until it has ended.
            stop.stop();
            running.await
        };
        // The task panicked, or the runtime is shutting down.
        ended.map_err(|_| Error::Pixels { code: ErrorCode::Unidentified, message: "the render was aborted".to_owned() })
    }
}

impl Compute for Threads {
    async fn run(&self, job: Render) -> Rendered {
        let stop = job.stop().clone();
        let _dropped = stop.on_drop();
        self.render(job, &stop).await.unwrap_or_else(|error| Rendered::new(Err(error)))
    }
}

impl Pool {
    fn run(&self, job: Render, files: u64, slot: &Slot, until: Instant) -> Rendered {
        let stop = job.stop().clone();
        if stop.is_stopped() {
            return Rendered::new(Err(Error::Stopped));
        }
        let kept = self.renderers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let renderer = kept.unwrap_or_default();
        let is_small = Cell::new(true);
        let rendered = job.run_admitted(&renderer, |stated| {
            is_small.set(stated.memory <= KEPT);
            slot.grow(stated.memory, files, &stop, until)
        });
        if is_small.get() {
            self.renderers.lock().unwrap_or_else(PoisonError::into_inner).push(renderer);
        }
        rendered
    }
}

/// Bytes of a render that leaves its memory to the next: those of larger ones are given back.
const KEPT: u64 = 8 * 1024 * 1024;
const HOUR: Duration = Duration::from_secs(3600);
