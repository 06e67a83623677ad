//! A delivery up to its first request.

use originkit::delivery::{Delivery, Fetch, Input, Output};

/// Returns the first request of a delivery without a store.
pub(crate) fn first_fetch(delivery: &mut Delivery) -> Fetch {
    loop {
        match delivery.poll() {
            Output::Lookup(key) => _ = delivery.handle(Input::Found(key, None)),
            Output::Fetch(fetch) => return fetch,
            other => panic!("{other:?}"),
        }
    }
}
