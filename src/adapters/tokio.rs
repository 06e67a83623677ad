//! [`Threads`]: an executor for renders on tokio's threads for blocking work.

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

/// An executor for renders on tokio's threads for blocking work: as many at a time as there are cores, and memory, for
/// them.
///
/// | Limit | Default | A render above it |
/// |---|---|---|
/// | [`at_once`](Self::at_once) | the cores of the machine | waits |
/// | [`memory`](Self::memory) | 1 GiB | waits; if it could never fit, it fails with [`Error::Limit`] |
/// | [`queue`](Self::queue) | 32 for each core | is refused immediately with [`Error::Busy`] |
/// | [`wait`](Self::wait) | 2 seconds | is refused with [`Error::Busy`] |
/// | [`deadline`](Self::deadline) | an hour | is stopped, and fails with [`Error::Stopped`] |
///
/// Renders are served in order of arrival. A render takes its slot before anything of its files is read. Its memory
/// ([`Render::run_admitted`]) is also computed in that slot, as this reads headers and may build the tree of an SVG. So
/// a flood of files that claim to be huge keeps no more cores busy than renders do.
///
/// - Files of waiting renders count as well: they may use a quarter of the memory, in addition to it.
/// - A render whose [`Stop`] is set, or whose future is dropped, leaves the queue and is never run. Dropping the future
///   of a running render sets its `Stop`; its resources are free when it has ended.
/// - A render that states up to 8 MiB leaves its memory to the next one; larger ones free it.
/// - A panic is reported as [`ErrorCode::Unidentified`], and releases everything.
///
/// Clones share the limits. Needs a tokio runtime, with time.
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
    /// Renderers of idle workers.
    renderers: Mutex<Vec<Renderer>>,
}

impl Default for Threads {
    fn default() -> Self {
        Self::new()
    }
}

impl Threads {
    /// Admits as many renders as there are cores, and 1 GiB: the default of [`Limits::memory`](crate::Limits::memory)
    /// for one render, so that no render within the limits is always refused.
    #[must_use]
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let bounds = Bounds {
            at_once: cores,
            memory: 1024 * 1024 * 1024,
            // At 20 to 100 ms each they are done within the maximum waiting time.
            queue: cores.saturating_mul(32),
            wait: Duration::from_secs(2),
            deadline: HOUR,
        };
        Self(Arc::new(Pool { admission: Arc::new(Admission::new(bounds)), renderers: Mutex::default() }))
    }

    /// Sets the number of concurrent renders, 1 or more. A number above that of the cores makes no render faster.
    #[must_use]
    pub fn at_once(self, renders: usize) -> Self {
        self.set(|bounds| bounds.at_once = renders.max(1))
    }

    /// Sets the maximum number of bytes that running renders may use together, as they state beforehand, including
    /// their files. A render that states more than that fails with [`Error::Limit`]: it could never run.
    #[must_use]
    pub fn memory(self, bytes: u64) -> Self {
        self.set(|bounds| bounds.memory = bytes)
    }

    /// Sets the maximum number of waiting renders, 0 or more.
    #[must_use]
    pub fn queue(self, renders: usize) -> Self {
        self.set(|bounds| bounds.queue = renders)
    }

    /// Sets the maximum time that a render may wait before it starts, an hour at most.
    #[must_use]
    pub fn wait(self, at_most: Duration) -> Self {
        self.set(|bounds| bounds.wait = at_most.min(HOUR))
    }

    /// Sets the maximum time of a render from its start, an hour at most. A render that takes longer is ended by its
    /// [`Stop`], which it checks between rows and operations. Waiting for memory counts.
    ///
    /// [`Limits::work`](crate::Limits::work) limits the computation of a render equally on every machine. A deadline
    /// limits the time on this one.
    #[must_use]
    pub fn deadline(self, at_most: Duration) -> Self {
        self.set(|bounds| bounds.deadline = at_most.min(HOUR))
    }

    /// Returns the current counts.
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
            // Its slot is in use until it has ended.
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

/// The most bytes of a render that leaves its memory to the next one; larger ones free it.
const KEPT: u64 = 8 * 1024 * 1024;
const HOUR: Duration = Duration::from_secs(3600);
