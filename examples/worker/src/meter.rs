//! [`Meter`]: the time that an exchange with an origin has waited.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use originkit::delivery::FetchError;
use worker::{Date, Delay};

/// Counts the time of one exchange against its limit.
///
/// All requests of an isolate share one thread: while an image is made, nothing that arrives is noticed. So time is
/// counted in short steps, and a step that took longer counts as a short one: the excess is not the origin's.
#[derive(Debug)]
pub(crate) struct Meter {
    limit: Duration,
    spent: Duration,
    /// Milliseconds since 1970.
    last: u64,
}

impl Meter {
    /// Starts counting.
    pub(crate) fn new(limit: Duration) -> Self {
        Self { limit, spent: Duration::ZERO, last: Date::now().as_millis() }
    }

    /// Returns the time counted so far.
    pub(crate) const fn spent(&self) -> Duration {
        self.spent
    }

    /// Waits for a future for at most `at_most`, and within the limit of the exchange.
    ///
    /// # Errors
    /// [`FetchError::TimedOut`].
    pub(crate) async fn wait<F: Future>(&mut self, at_most: Duration, future: F) -> Result<F::Output, FetchError> {
        let mut future = pin!(future);
        let mut waited = Duration::ZERO;
        loop {
            let left = at_most.saturating_sub(waited).min(self.limit.saturating_sub(self.spent));
            let step = pin!(Delay::from(left.min(STEP)));
            // The future is asked first: what has arrived is used, however late it is.
            match select(future.as_mut(), step).await {
                Either::Left((output, _)) => {
                    self.count();
                    return Ok(output);
                }
                Either::Right(_) => waited = waited.saturating_add(self.count()),
            }
            if left <= STEP {
                return Err(FetchError::TimedOut);
            }
        }
    }

    /// Counts the time since the last call, up to the longest step.
    fn count(&mut self) -> Duration {
        let now = Date::now().as_millis();
        let step = Duration::from_millis(now.saturating_sub(self.last)).min(LONGEST);
        self.last = now;
        self.spent = self.spent.saturating_add(step);
        step
    }
}

/// The interval at which a waiting request looks at the clock.
const STEP: Duration = Duration::from_millis(100);
/// The most that a step counts: timers are a little late at any time.
const LONGEST: Duration = Duration::from_millis(200);
