//! [`Stop`]: the handle that cancels a render.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Ends a render early: a flag that it looks at between rows, scans, frames and operations.
///
/// Clones share the flag, and it never goes back. A render that finds it set fails with
/// [`Error::Stopped`](crate::Error::Stopped). It is no clock: for a deadline, set it from a timer of your own.
///
/// ```
/// use originkit::render::Stop;
/// let stop = Stop::new();
/// let other = stop.clone();
/// other.stop();
/// assert!(stop.is_stopped());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Makes a handle that is not set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels the render.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns `true` once [`stop`](Self::stop) was called.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Sets the flag when the guard is dropped: when the future is, that holds it.
    #[must_use]
    pub fn on_drop(&self) -> StopOnDrop {
        StopOnDrop(self.clone())
    }
}

/// Sets the flag of a [`Stop`] when it is dropped, see [`Stop::on_drop`].
#[derive(Debug)]
pub struct StopOnDrop(Stop);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_that_is_dropped_sets_the_flag() {
        let stop = Stop::new();
        let guard = stop.on_drop();
        assert!(!stop.is_stopped());
        drop(guard);
        assert!(stop.is_stopped());
    }
}
