//! [`Flights`]: work in progress that others may wait for.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::store::StoreKey;

/// The work in progress, by key.
pub(super) struct Flights<T>(Arc<Table<T>>);

type Table<T> = Mutex<HashMap<StoreKey, watch::Receiver<Option<T>>>>;

/// A role in a flight.
#[derive(Debug)]
pub(super) enum Seat<T> {
    /// The first to join, which does the work.
    Leader(Leader<T>),
    /// Any later one, which waits for the result.
    Follower(Follower<T>),
}

/// The role that does the work. If it is dropped without a result, the work passes to the first that joins again.
pub(super) struct Leader<T> {
    key: StoreKey,
    table: Arc<Table<T>>,
    sender: watch::Sender<Option<T>>,
}

/// The role that waits for the result.
#[derive(Debug)]
pub(super) struct Follower<T>(watch::Receiver<Option<T>>);

impl<T> Flights<T> {
    /// Joins the flight of a key, or starts it.
    pub(super) fn join(&self, key: &StoreKey) -> Seat<T> {
        // A panic elsewhere does not damage the table: entries are inserted and removed whole.
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = table.get(key) {
            return Seat::Follower(Follower(flight.clone()));
        }
        let (sender, receiver) = watch::channel(None);
        table.insert(key.clone(), receiver);
        Seat::Leader(Leader { key: key.clone(), table: Arc::clone(&self.0), sender })
    }
}

impl<T> Leader<T> {
    pub(super) const fn key(&self) -> &StoreKey {
        &self.key
    }

    pub(super) fn has_published(&self) -> bool {
        self.sender.borrow().is_some()
    }

    /// Gives the result to all followers, and to those that join before the leader is dropped.
    pub(super) fn publish(&self, value: T) {
        // Without followers, the result is not needed.
        _ = self.sender.send(Some(value));
    }
}

impl<T> Drop for Leader<T> {
    fn drop(&mut self) {
        self.table.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

impl<T: Clone> Follower<T> {
    /// Waits for the result. Returns `None` if the leader was dropped without one.
    pub(super) async fn published(mut self) -> Option<T> {
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

impl<T> fmt::Debug for Leader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Leader").field(&self.key).finish()
    }
}
