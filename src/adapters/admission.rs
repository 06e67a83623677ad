//! [`Admission`]: decides which renders run, which wait, and which are refused.
//!
//! ```text
//! enter ──▶ a slot, on a thread ──▶ header, plan ──▶ grow: bytes of memory ──▶ the render
//!   │          │ none free: wait, in order              │ not free: the thread waits, in order
//!   └──────────┴─ too many wait, or too long: Busy      └─ too long: Busy
//! ```
//!
//! Both queues are first come, first served: small renders do not overtake a large one indefinitely. A [`Slot`] is
//! released when it is dropped, whatever happens.

use std::cell::Cell;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot::{self, Receiver, Sender};
use tokio::time::{Instant, timeout_at};

use crate::error::Error;
use crate::limits::LimitError;
use crate::stop::Stop;

/// Counts of [`Threads`](super::Threads) at one moment, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Load {
    /// Renders in progress.
    pub running: usize,
    /// Renders that wait for a core or for memory.
    pub waiting: usize,
    /// The maximum number of bytes used by the renders in progress, including their files.
    pub bytes: u64,
    /// Renders that were admitted and have ended, successfully or not.
    pub done: u64,
    /// Renders that were refused with [`Error::Busy`] so far.
    pub refused: u64,
}

/// The limits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Concurrent renders, 1 or more.
    pub(super) at_once: usize,
    /// Bytes of all renders in progress.
    pub(super) memory: u64,
    /// Renders that wait for a slot.
    pub(super) queue: usize,
    /// The time that a render may wait, in both queues together.
    pub(super) wait: Duration,
    /// The time that a render may take.
    pub(super) deadline: Duration,
}

#[derive(Debug)]
pub(super) struct Admission {
    state: Mutex<State>,
    /// Wakes the threads that wait for memory.
    freed: Condvar,
}

#[derive(Debug)]
struct State {
    bounds: Bounds,
    /// Slots in use.
    slots: usize,
    bytes: u64,
    /// Renders that wait for a slot.
    entering: VecDeque<Waiter>,
    /// Renders that have a slot and wait for memory.
    growing: VecDeque<u64>,
    next: u64,
    done: u64,
    refused: u64,
}

#[derive(Debug)]
struct Waiter {
    id: u64,
    /// Bytes of its files.
    bytes: u64,
    stop: Stop,
    /// Takes the slot, and returns it if the receiver is gone.
    sender: Sender<Slot>,
}

/// Permission to compute, and to use memory.
#[derive(Debug)]
pub(super) struct Slot {
    admission: Arc<Admission>,
    bytes: Cell<u64>,
}

impl Admission {
    pub(super) const fn new(bounds: Bounds) -> Self {
        let state = State {
            bounds,
            slots: 0,
            bytes: 0,
            entering: VecDeque::new(),
            growing: VecDeque::new(),
            next: 0,
            done: 0,
            refused: 0,
        };
        Self { state: Mutex::new(state), freed: Condvar::new() }
    }

    pub(super) fn set(&self, change: impl FnOnce(&mut Bounds)) {
        change(&mut self.state().bounds);
    }

    pub(super) fn bounds(&self) -> Bounds {
        self.state().bounds
    }

    pub(super) fn load(&self) -> Load {
        let state = self.state();
        let waiting = state.entering.len().saturating_add(state.growing.len());
        let running = state.slots.saturating_sub(state.growing.len());
        Load { running, waiting, bytes: state.bytes, done: state.done, refused: state.refused }
    }

    /// Waits for permission to compute. `files`: the bytes of the files that the render already holds.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many renders wait or it takes too long, [`Error::Stopped`].
    pub(super) async fn enter(self: &Arc<Self>, files: u64, stop: &Stop, until: Instant) -> Result<Slot, Error> {
        let (sender, receiver) = oneshot::channel();
        let id = {
            let mut state = self.state();
            if state.entering.is_empty() && state.slots < state.bounds.at_once {
                state.slots += 1;
                return Ok(Slot { admission: Arc::clone(self), bytes: Cell::new(0) });
            }
            if !state.may_wait(files) {
                state.entering.retain(|waiter| !waiter.has_left());
            }
            if !state.may_wait(files) {
                return Err(state.busy());
            }
            let id = state.name();
            state.entering.push_back(Waiter { id, bytes: files, stop: stop.clone(), sender });
            id
        };
        self.entered(id, receiver, stop, until).await
    }

    async fn entered(
        self: &Arc<Self>,
        id: u64,
        mut receiver: Receiver<Slot>,
        stop: &Stop,
        until: Instant,
    ) -> Result<Slot, Error> {
        let _place = Place { admission: self, id };
        loop {
            let look = Instant::now() + LOOK;
            match timeout_at(look.min(until), &mut receiver).await {
                Ok(Ok(slot)) => return Ok(slot),
                // `next` found it stopped.
                Ok(Err(_)) => return Err(Error::Stopped),
                Err(_) if stop.is_stopped() => return Err(Error::Stopped),
                Err(_) if look >= until => return Err(self.state().busy()),
                Err(_) => {}
            }
        }
    }

    /// Hands out free slots.
    fn advance(self: &Arc<Self>) {
        while let Some(sender) = self.next() {
            // A slot without a receiver is dropped here, without the lock, and is free again.
            _ = sender.send(Slot { admission: Arc::clone(self), bytes: Cell::new(0) });
        }
    }

    /// Removes the first waiter that has not left, and takes a slot for it.
    fn next(&self) -> Option<Sender<Slot>> {
        let mut state = self.state();
        while state.slots < state.bounds.at_once {
            let waiter = state.entering.pop_front()?;
            if !waiter.has_left() {
                state.slots += 1;
                return Some(waiter.sender);
            }
        }
        None
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves the counts consistent: no code in here panics between two of them.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    const fn fits(&self, bytes: u64) -> bool {
        self.bytes.saturating_add(bytes) <= self.bounds.memory
    }

    /// Returns `true` if one more render with such files may wait.
    fn may_wait(&self, files: u64) -> bool {
        let held = self.entering.iter().map(|waiter| waiter.bytes).fold(files, u64::saturating_add);
        self.entering.len() < self.bounds.queue && (self.entering.is_empty() || held <= self.bounds.memory / 4)
    }

    const fn name(&mut self) -> u64 {
        self.next = self.next.wrapping_add(1);
        self.next
    }

    /// Counts a refusal. The renders that wait now have either started or been refused after the maximum waiting time.
    fn busy(&mut self) -> Error {
        self.refused += 1;
        Error::Busy { retry_after: self.bounds.wait.max(Duration::from_secs(1)) }
    }
}

impl Waiter {
    fn has_left(&self) -> bool {
        self.stop.is_stopped() || self.sender.is_closed()
    }
}

impl Slot {
    /// Waits on this thread for memory: `stated` bytes, and up to `files` more, as far as the limit allows.
    ///
    /// # Errors
    /// [`Error::Limit`] if `stated` exceeds the total memory, [`Error::Busy`] if it takes too long, [`Error::Stopped`].
    pub(super) fn grow(&self, stated: u64, files: u64, stop: &Stop, until: Instant) -> Result<(), Error> {
        let mut state = self.admission.state();
        LimitError::check("bytes of memory", stated, state.bounds.memory)?;
        let bytes = stated.saturating_add(files).min(state.bounds.memory);
        let id = state.name();
        state.growing.push_back(id);
        let waited = loop {
            if stop.is_stopped() {
                break Err(Error::Stopped);
            }
            if state.growing.front() == Some(&id) && state.fits(bytes) {
                state.bytes = state.bytes.saturating_add(bytes);
                self.bytes.set(self.bytes.get().saturating_add(bytes));
                break Ok(());
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break Err(state.busy());
            }
            // Setting the flag wakes no thread.
            let woken = self.admission.freed.wait_timeout(state, left.min(LOOK));
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        };
        state.growing.retain(|other| *other != id);
        drop(state);
        // The next one may fit.
        self.admission.freed.notify_all();
        waited
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        {
            let mut state = self.admission.state();
            state.slots = state.slots.saturating_sub(1);
            state.bytes = state.bytes.saturating_sub(self.bytes.get());
            // A slot whose wait for memory failed, or whose receiver is gone, was not used for a render.
            state.done += u64::from(self.bytes.get() > 0);
        }
        self.admission.freed.notify_all();
        self.admission.advance();
    }
}

/// A place in the queue for a slot, until this is dropped.
struct Place<'a> {
    admission: &'a Admission,
    id: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.admission.state().entering.retain(|waiter| waiter.id != self.id);
    }
}

/// The interval at which a waiting render checks whether it was stopped.
const LOOK: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    fn admission(at_once: usize, memory: u64) -> Arc<Admission> {
        Arc::new(Admission::new(Bounds {
            at_once,
            memory,
            queue: 8,
            wait: Duration::from_secs(20),
            deadline: Duration::from_secs(20),
        }))
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(20)
    }

    async fn slot(admission: &Arc<Admission>) -> Slot {
        admission.enter(0, &Stop::new(), soon()).await.unwrap()
    }

    /// Waits until `many` renders wait.
    fn waiting(admission: &Admission, many: usize) {
        while admission.load().waiting != many {
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[tokio::test]
    async fn a_large_one_is_not_passed() {
        let admission = admission(3, 100);
        let first = slot(&admission).await;
        first.grow(60, 0, &Stop::new(), soon()).unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut threads = Vec::new();
        // The small one would fit beside the first, and does not beside the large one, which has gone when it begins.
        for (many, bytes) in [(1, 90), (2, 20)] {
            let (slot, order) = (slot(&admission).await, Arc::clone(&order));
            threads.push(thread::spawn(move || {
                slot.grow(bytes, 0, &Stop::new(), soon()).unwrap();
                order.lock().unwrap().push(bytes);
            }));
            waiting(&admission, many);
        }
        assert_eq!((admission.load().running, admission.load().bytes), (1, 60));
        drop(first);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(*order.lock().unwrap(), [90, 20]);
        assert_eq!(admission.load(), Load { done: 3, ..Load::default() });
    }

    #[tokio::test]
    async fn one_that_is_stopped_makes_way() {
        let admission = admission(3, 100);
        let first = slot(&admission).await;
        first.grow(60, 0, &Stop::new(), soon()).unwrap();
        let (large, small) = (slot(&admission).await, slot(&admission).await);
        let (stop, handle) = (Stop::new(), Stop::new());
        let other = stop.clone();
        let thread = thread::spawn(move || large.grow(90, 0, &other, soon()));
        waiting(&admission, 1);
        let behind = thread::spawn(move || small.grow(10, 0, &handle, soon()));
        waiting(&admission, 2);
        stop.stop();
        assert_eq!(thread.join().unwrap(), Err(Error::Stopped));
        assert_eq!(behind.join().unwrap(), Ok(()));
        drop(first);
        assert_eq!(admission.load(), Load { done: 2, ..Load::default() });
    }

    #[tokio::test]
    async fn what_can_never_be_is_a_limit_and_files_count_as_far_as_there_is_room() {
        let admission = admission(1, 100);
        let slot = slot(&admission).await;
        let refused = slot.grow(101, 0, &Stop::new(), soon()).unwrap_err();
        assert!(matches!(refused, Error::Limit(_)), "{refused}");
        assert_eq!(slot.grow(100, 7, &Stop::new(), soon()), Ok(()));
        let busy = slot.grow(1, 0, &Stop::new(), Instant::now()).unwrap_err();
        assert_eq!(busy, Error::Busy { retry_after: Duration::from_secs(20) });
        assert_eq!((admission.load().bytes, admission.load().refused), (100, 1));
    }

    #[tokio::test]
    async fn a_slot_that_nobody_takes_is_handed_on() {
        let admission = admission(1, 100);
        let first = slot(&admission).await;
        let (left, right) = (oneshot::channel(), oneshot::channel());
        for (id, sender) in [(1, left.0), (2, right.0)] {
            admission.state().entering.push_back(Waiter { id, bytes: 0, stop: Stop::new(), sender });
        }
        // Gone after it was removed from the queue, and before it received the slot.
        let taken = admission.state().entering.pop_front().unwrap();
        admission.state().slots += 1;
        drop(left.1);
        _ = taken.sender.send(Slot { admission: Arc::clone(&admission), bytes: Cell::new(0) });
        assert_eq!(admission.load().running, 1);
        drop(first);
        assert!(right.1.await.is_ok());
        assert_eq!(admission.load(), Load::default());
    }
}
