//! [`Meter`]: the time that an exchange has waited for the network.
//!
//! A wall clock would charge an origin for the server's own work: while renders occupy every core, no task reads the
//! data that has arrived. So time is counted in steps, each of which a waiting task observes. If a step took longer
//! than it should, the task was not scheduled, and the excess is not the origin's fault.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use crate::delivery::FetchError;

/// Counts the time of one exchange against its limit.
#[derive(Debug)]
pub(super) struct Meter {
    limit: Duration,
    spent: Duration,
    last: Instant,
    /// Wakes the task at the end of a step.
    step: Pin<Box<Sleep>>,
}

impl Meter {
    /// Starts counting.
    pub(super) fn new(limit: Duration) -> Self {
        let now = Instant::now();
        Self { limit, spent: Duration::ZERO, last: now, step: Box::pin(sleep_until(now)) }
    }

    /// Returns the time counted so far.
    pub(super) const fn spent(&self) -> Duration {
        self.spent
    }

    /// Waits for a future for at most `at_most`, and within the limit of the exchange.
    ///
    /// The future is polled first: its output is used, however late it is. While `paused` returns `true`, only the
    /// limit of the exchange applies.
    ///
    /// # Errors
    /// [`FetchError::TimedOut`].
    pub(super) async fn wait<F: Future>(
        &mut self,
        at_most: Duration,
        paused: impl Fn() -> bool,
        future: F,
    ) -> Result<F::Output, FetchError> {
        let mut future = pin!(future);
        let mut waited = Duration::ZERO;
        poll_fn(|context| {
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                self.count();
                return Poll::Ready(Ok(output));
            }
            let step = self.count();
            if !paused() {
                waited = waited.saturating_add(step);
            }
            let left = at_most.saturating_sub(waited).min(self.limit.saturating_sub(self.spent));
            if left.is_zero() {
                return Poll::Ready(Err(FetchError::TimedOut));
            }
            self.step.as_mut().reset(self.last + left.min(STEP));
            if self.step.as_mut().poll(context).is_ready() {
                context.waker().wake_by_ref();
            }
            Poll::Pending
        })
        .await
    }

    /// Counts the time since the last call, up to the length of one step.
    fn count(&mut self) -> Duration {
        let now = Instant::now();
        let step = now.saturating_duration_since(self.last).min(LONGEST);
        self.last = now;
        self.spent = self.spent.saturating_add(step);
        step
    }
}

/// The interval at which a waiting task checks the clock.
const STEP: Duration = Duration::from_millis(100);
/// The maximum time that a step counts: timers are some milliseconds late even on an idle machine.
const LONGEST: Duration = Duration::from_millis(200);

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn both_bounds_count() {
        let begun = Instant::now();
        let mut meter = Meter::new(Duration::from_secs(10));
        for (at_most, after) in [(4, 4), (4, 8), (4, 10), (4, 10)] {
            let waited = meter.wait(Duration::from_secs(at_most), || false, pending::<()>()).await;
            assert_eq!((waited, begun.elapsed().as_secs()), (Err(FetchError::TimedOut), after));
        }
        let mut meter = Meter::new(Duration::from_secs(10));
        _ = meter.wait(Duration::from_secs(1), || true, pending::<()>()).await;
        assert_eq!(meter.spent().as_secs(), 10, "paused");
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_arrived_counts_however_late() {
        let mut meter = Meter::new(Duration::ZERO);
        assert_eq!(meter.wait(Duration::ZERO, || false, async { 7 }).await, Ok(7));
    }

    #[tokio::test]
    async fn time_in_which_nobody_was_run_is_not_the_origins() {
        let mut meter = Meter::new(Duration::from_millis(900));
        let late = async {
            // Blocks as a render on the thread of the runtime would.
            std::thread::sleep(Duration::from_secs(1));
            tokio::task::yield_now().await;
            7
        };
        assert_eq!(meter.wait(Duration::from_millis(900), || false, late).await, Ok(7));
        assert!(meter.spent() < Duration::from_millis(300), "{:?}", meter.spent());
    }
}
