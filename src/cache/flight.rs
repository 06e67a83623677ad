//! [`Flights`]: work under way that others may wait for.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::delivery::StoreKey;

/// What is being made, by key.
pub(super) struct Flights<T>(Arc<Table<T>>);

type Table<T> = Mutex<HashMap<StoreKey, watch::Receiver<Option<T>>>>;

/// A place in a flight.
#[derive(Debug)]
pub(super) enum Seat<T> {
    /// Nobody is at it: do it.
    Pilot(Pilot<T>),
    /// Somebody is: wait.
    Passenger(Passenger<T>),
}

/// Whoever does the work. Dropped without landing, it leaves the work to the first who boards again.
pub(super) struct Pilot<T> {
    key: StoreKey,
    table: Arc<Table<T>>,
    sender: watch::Sender<Option<T>>,
}

/// Whoever waits.
#[derive(Debug)]
pub(super) struct Passenger<T>(watch::Receiver<Option<T>>);

impl<T> Flights<T> {
    pub(super) fn board(&self, key: &StoreKey) -> Seat<T> {
        // A panic elsewhere leaves the table as good as it was: entries are whole.
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = table.get(key) {
            return Seat::Passenger(Passenger(flight.clone()));
        }
        let (sender, receiver) = watch::channel(None);
        table.insert(key.clone(), receiver);
        Seat::Pilot(Pilot { key: key.clone(), table: Arc::clone(&self.0), sender })
    }
}

impl<T> Pilot<T> {
    pub(super) const fn key(&self) -> &StoreKey {
        &self.key
    }

    pub(super) fn has_landed(&self) -> bool {
        self.sender.borrow().is_some()
    }

    /// Tells all who wait, and those who come before the pilot is dropped.
    pub(super) fn land(&self, value: T) {
        // With nobody left to hear it, it is not needed.
        _ = self.sender.send(Some(value));
    }
}

impl<T> Drop for Pilot<T> {
    fn drop(&mut self) {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

impl<T: Clone> Passenger<T> {
    /// What came of it; `None` if the pilot went away.
    pub(super) async fn landed(mut self) -> Option<T> {
        let value = self.0.wait_for(Option::is_some).await.ok()?;
        value.clone()
    }
}

impl<T> Default for Flights<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> fmt::Debug for Flights<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.lock().unwrap_or_else(PoisonError::into_inner).len();
        f.debug_struct("Flights").field("under_way", &count).finish()
    }
}

impl<T> fmt::Debug for Pilot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pilot").field(&self.key).finish()
    }
}
