//! [`Admission`]: who may render now, who waits, and who is told to come back.
//!
//! ```text
//! enter ──▶ a place to compute ──▶ (its memory is worked out) ──▶ room in memory ──▶ the render
//!   │           │ none free: wait, in turn                          │ none: wait, in turn
//!   └───────────┴── too many wait, or too long: Busy                └── too long: Busy
//! ```
//!
//! Both waits are first come, first served: a large render is not passed by small ones for ever. Whoever holds a [`Slot`]
//! gives it back by dropping it, whatever happens.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot::{self, Receiver, Sender};
use tokio::time::{Instant, timeout_at};

use crate::error::Error;
use crate::stop::Stop;

/// Counts of [`Threads`](super::Threads) at a moment, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Load {
    /// Renders under way.
    pub running: usize,
    /// Renders that wait for a core or for memory.
    pub waiting: usize,
    /// Bytes that the renders under way take at most, their files included.
    pub bytes: u64,
    /// Renders that ended so far, well or not.
    pub done: u64,
    /// Renders that were answered with [`Error::Busy`] so far.
    pub refused: u64,
}

/// The bounds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Renders at a time, 1 or more.
    pub(super) at_once: usize,
    /// Bytes of all renders that run.
    pub(super) memory: u64,
    /// Renders that wait for a core.
    pub(super) queue: usize,
    /// How long one may wait, in both places together.
    pub(super) wait: Duration,
}

#[derive(Debug)]
pub(super) struct Admission(Mutex<State>);

#[derive(Debug)]
struct State {
    bounds: Bounds,
    /// Slots that are out.
    slots: usize,
    bytes: u64,
    /// Who waits for a slot.
    entering: VecDeque<Waiter>,
    /// Who has a slot and waits for memory.
    growing: VecDeque<Waiter>,
    next: u64,
    done: u64,
    refused: u64,
}

#[derive(Debug)]
struct Waiter {
    id: u64,
    /// Before a slot is had, of its files; then those that it wants.
    bytes: u64,
    stop: Stop,
    /// Takes the slot, and gives it back if nobody waits for it any longer.
    sender: Sender<Slot>,
    /// What it wants more memory for.
    slot: Option<Slot>,
}

/// The right to compute, and to so many bytes.
#[derive(Debug)]
pub(super) struct Slot {
    admission: Arc<Admission>,
    bytes: u64,
}

impl Admission {
    pub(super) const fn new(bounds: Bounds) -> Self {
        Self(Mutex::new(State {
            bounds,
            slots: 0,
            bytes: 0,
            entering: VecDeque::new(),
            growing: VecDeque::new(),
            next: 0,
            done: 0,
            refused: 0,
        }))
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

    /// Counts a render that has ended.
    pub(super) fn done(&self) {
        self.state().done += 1;
    }

    /// Waits for the right to compute, with files of so many bytes in hand.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many wait or it takes too long, [`Error::Stopped`].
    pub(super) async fn enter(self: &Arc<Self>, files: u64, stop: &Stop, until: Instant) -> Result<Slot, Error> {
        let (sender, receiver) = oneshot::channel();
        let id = {
            let mut state = self.state();
            if state.entering.is_empty() && state.slots < state.bounds.at_once {
                state.slots += 1;
                return Ok(Slot { admission: Arc::clone(self), bytes: 0 });
            }
            if !state.may_wait(files) {
                state.entering.retain(|waiter| !waiter.has_left());
            }
            if !state.may_wait(files) {
                state.refused += 1;
                return Err(state.bounds.busy());
            }
            let id = state.name();
            state.entering.push_back(Waiter { id, bytes: files, stop: stop.clone(), sender, slot: None });
            id
        };
        self.wait(id, receiver, stop, until).await
    }

    async fn wait(
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
                // It was found stopped.
                Ok(Err(_)) => return Err(Error::Stopped),
                Err(_) if stop.is_stopped() => return Err(Error::Stopped),
                Err(_) if look >= until => {
                    let mut state = self.state();
                    state.refused += 1;
                    return Err(state.bounds.busy());
                }
                Err(_) => {}
            }
        }
    }

    /// Hands out what is free.
    fn advance(self: &Arc<Self>) {
        loop {
            let granted = self.state().next(self);
            match granted {
                Next::Grant(sender, slot) => {
                    // A slot that nobody takes is dropped here, without the lock, and is free again.
                    _ = sender.send(slot);
                }
                Next::Gone(waiter) => drop(waiter),
                Next::Nobody => return,
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Whatever panicked elsewhere, the counts are whole: nothing in here does between two of them.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Next {
    Grant(Sender<Slot>, Slot),
    /// To be dropped without the lock: it may hold a slot.
    Gone(Option<Waiter>),
    Nobody,
}

impl State {
    /// Takes the next waiter out that can go on.
    fn next(&mut self, admission: &Arc<Admission>) -> Next {
        if let Some(first) = self.growing.front() {
            if first.has_left() {
                return Next::Gone(self.growing.pop_front());
            }
            if self.fits(first.bytes)
                && let Some(Waiter { bytes, sender, slot: Some(mut slot), .. }) = self.growing.pop_front()
            {
                self.bytes = self.bytes.saturating_add(bytes);
                slot.bytes = bytes;
                return Next::Grant(sender, slot);
            }
        }
        let Some(first) = self.entering.front() else { return Next::Nobody };
        if first.has_left() {
            return Next::Gone(self.entering.pop_front());
        }
        if self.slots < self.bounds.at_once
            && let Some(Waiter { sender, .. }) = self.entering.pop_front()
        {
            self.slots += 1;
            return Next::Grant(sender, Slot { admission: Arc::clone(admission), bytes: 0 });
        }
        Next::Nobody
    }

    const fn fits(&self, bytes: u64) -> bool {
        // What is more than all there is runs alone; `Threads` lets nothing come to that.
        self.bytes == 0 || self.bytes.saturating_add(bytes) <= self.bounds.memory
    }

    /// Returns `true` if one more with such files may wait.
    fn may_wait(&self, files: u64) -> bool {
        let held = self.entering.iter().map(|waiter| waiter.bytes).fold(files, u64::saturating_add);
        self.entering.len() < self.bounds.queue && (self.entering.is_empty() || held <= self.bounds.memory / 4)
    }

    const fn name(&mut self) -> u64 {
        self.next = self.next.wrapping_add(1);
        self.next
    }

    /// Takes out a waiter, who is then nowhere.
    fn take(&mut self, id: u64) -> Option<Waiter> {
        for queue in [&mut self.entering, &mut self.growing] {
            if let Some(at) = queue.iter().position(|waiter| waiter.id == id) {
                return queue.remove(at);
            }
        }
        None
    }
}

impl Bounds {
    /// Those who wait now are gone by then, one way or the other.
    fn busy(&self) -> Error {
        Error::Busy { retry_after: self.wait.max(Duration::from_secs(1)) }
    }
}

impl Waiter {
    fn has_left(&self) -> bool {
        self.stop.is_stopped() || self.sender.is_closed()
    }
}

impl Slot {
    /// Takes so many bytes, if they are free and nobody waits for others: or gives the slot back.
    pub(super) fn grow(mut self, bytes: u64) -> Result<Self, Self> {
        let admission = Arc::clone(&self.admission);
        let mut state = admission.state();
        if !state.growing.is_empty() || !state.fits(bytes) {
            return Err(self);
        }
        state.bytes = state.bytes.saturating_add(bytes);
        self.bytes = bytes;
        Ok(self)
    }

    /// Waits for so many bytes.
    ///
    /// # Errors
    /// [`Error::Busy`] if it takes too long, [`Error::Stopped`].
    pub(super) async fn grown(self, bytes: u64, stop: &Stop, until: Instant) -> Result<Self, Error> {
        let admission = Arc::clone(&self.admission);
        let (sender, receiver) = oneshot::channel();
        let id = {
            let mut state = admission.state();
            let id = state.name();
            state.growing.push_back(Waiter { id, bytes, stop: stop.clone(), sender, slot: Some(self) });
            id
        };
        // It may have become free meanwhile.
        admission.advance();
        admission.wait(id, receiver, stop, until).await
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        {
            let mut state = self.admission.state();
            state.slots = state.slots.saturating_sub(1);
            state.bytes = state.bytes.saturating_sub(self.bytes);
        }
        self.admission.advance();
    }
}

/// Somebody who waits, for as long as this is not dropped.
struct Place<'a> {
    admission: &'a Arc<Admission>,
    id: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let waiter = self.admission.state().take(self.id);
        if waiter.is_some() {
            drop(waiter);
            // The one behind may fit where this one did not.
            self.admission.advance();
        }
    }
}

/// How often one who waits looks whether it was stopped: the flag wakes nobody.
const LOOK: Duration = Duration::from_millis(50);
