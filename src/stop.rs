//! [`Stop`]: the handle that cancels a render.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Ends a render early: a flag that the render checks between rows, scans, frames and operations.
///
/// Clones share the flag, and it is never reset. A render that finds it set fails with
/// [`Error::Stopped`](crate::Error::Stopped). It has no clock: for a deadline, set the flag from your own timer.
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
    /// Makes a handle whose flag is not set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels the render.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns `true` after [`stop`](Self::stop) was called.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Returns a guard that sets the flag when it is dropped, for example together with the future that holds it.
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
