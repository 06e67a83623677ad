//! [`SingleFlight`]: equal work, done once for all that request it at the same time.
//!
//! It is a wrapper around the loop. Renditions are shared before a delivery is run, and originals when a delivery looks
//! up and fetches its files ([`Shared`]).

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Response, StatusCode};

use super::flights::{Flights, Leader, Seat};
use super::run::{Event, Files, Parts, run, send};
use super::{Client, Compute};
use crate::delivery::{Delivery, Fetch, FetchError, FetchId, Input, Output, Shareable};
use crate::error::Error;
use crate::store::{Original, Rendition, Store, StoreKey, Stored};

/// The work in progress of all deliveries of an [`Io`](super::Io), by key.
#[derive(Debug, Default)]
pub(super) struct SingleFlight {
    renditions: Flights<Made>,
    originals: Flights<Answer>,
    /// Originals that are being revalidated.
    revalidations: Flights<Answer>,
    /// Stale renditions that are renewed after they were delivered.
    renewals: Flights<()>,
}

/// The result of a delivery that several requests wait for.
#[derive(Debug, Clone)]
enum Made {
    Rendition(Rendition),
    Failed {
        error: Error,
        /// `true` if the next request may succeed.
        transient: bool,
    },
    /// Each request must get its own answer: an origin forbids sharing it, or the effect is still pending.
    Unshared,
}

/// The result of a fetch that several deliveries wait for.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    File(Original),
    /// A head that is the whole answer: a redirect, or a status for a missing file.
    Head(Response<()>),
    /// A failure of those that wait. Later deliveries try again.
    Failed(FetchError),
    /// Each delivery must fetch the file by itself: its origin forbids sharing it.
    Unshared,
}

/// The leaders of flights whose files are still to be stored. Until they are dropped, deliveries that join get their
/// results.
#[derive(Debug, Default)]
pub(super) struct Published {
    rendition: Option<Leader<Made>>,
    #[expect(dead_code, reason = "they count while they exist")]
    originals: Vec<Leader<Answer>>,
}

impl SingleFlight {
    /// Runs a delivery to its response, or waits for another one with the same rendition. Adds the files for the store.
    pub(super) async fn run<C: Client, P: Compute, S: Store>(
        &self,
        delivery: &mut Delivery,
        parts: &Parts<C, P, S>,
        stored: &mut Vec<Stored>,
    ) -> (Option<Response<Bytes>>, Published) {
        let Some(key) = delivery.rendition_key().cloned() else {
            return self.run_alone(delivery, parts, stored).await;
        };
        let leader = loop {
            // Join before asking the store: then only one delivery that finds nothing there goes on.
            match self.renditions.join(&key) {
                Seat::Leader(leader) => break leader,
                Seat::Follower(flight) => match flight.published().await {
                    Some(Made::Rendition(made)) => delivery.share(&made),
                    Some(Made::Failed { error, transient }) => delivery.share_failure(error, transient),
                    Some(Made::Unshared) => {}
                    // The leader was dropped, or its result is for itself only.
                    None => continue,
                },
            }
            return self.run_alone(delivery, parts, stored).await;
        };
        let (mut response, mut published) = self.run_alone(delivery, parts, stored).await;
        if let Some(made) = response.as_mut().and_then(made) {
            let is_over = matches!(made, Made::Failed { transient: true, .. });
            leader.publish(made);
            // All that wait have the result. A later one asks the store, or tries again, since it may succeed by then.
            published.rendition = Some(leader).filter(|_| !is_over && !stored.is_empty());
        }
        (response, published)
    }

    /// Renews a stale rendition after its answer, unless another delivery does so already, or replaces an interim one.
    pub(super) async fn renew<C: Client, P: Compute, S: Store>(
        &self,
        mut delivery: Delivery,
        parts: &Parts<C, P, S>,
    ) -> Vec<Stored> {
        let mut stored = Vec::new();
        // An interim rendition has no key here: its delivery was the only one that made it.
        let seat = delivery.rendition_key().cloned().map(|key| self.renewals.join(&key));
        if !matches!(seat, Some(Seat::Follower(_))) {
            _ = self.run_alone(&mut delivery, parts, &mut stored).await;
        }
        stored
    }

    /// Runs a delivery that shares its files with others.
    async fn run_alone<C: Client, P: Compute, S: Store>(
        &self,
        delivery: &mut Delivery,
        parts: &Parts<C, P, S>,
        stored: &mut Vec<Stored>,
    ) -> (Option<Response<Bytes>>, Published) {
        let files = Shared { flights: self, parts, duties: Mutex::default() };
        let response = run(delivery, parts, &files, stored).await;
        let Duties { leaders, .. } = files.duties.into_inner().unwrap_or_else(PoisonError::into_inner);
        let is_due = |leader: &Leader<Answer>| parts.store.is_some() && leader.has_published();
        let originals = leaders.into_iter().map(|(_, leader)| leader).filter(is_due);
        (response, Published { rendition: None, originals: originals.collect() })
    }
}

/// Returns the part of a response that may be shared. `None` if the client has the image already or may not see it, or
/// if there was no room or no time: then the next request does the work.
fn made(response: &mut Response<Bytes>) -> Option<Made> {
    let shareable = response.extensions_mut().remove();
    let error = response.extensions().get::<Error>();
    match (shareable, error) {
        (Some(Shareable::Rendition(rendition)), _) => Some(Made::Rendition(*rendition)),
        (_, Some(Error::Private | Error::Busy { .. } | Error::Stopped)) => None,
        (shareable, Some(error)) if error.is_of_all() => {
            let transient = matches!(shareable, Some(Shareable::Failure));
            Some(Made::Failed { error: error.clone(), transient })
        }
        (_, None) if response.status() == StatusCode::NOT_MODIFIED => None,
        _ => Some(Made::Unshared),
    }
}

/// The access to files that are looked up and fetched once for all deliveries.
struct Shared<'a, C, P, S> {
    flights: &'a SingleFlight,
    parts: &'a Parts<C, P, S>,
    duties: Mutex<Duties>,
}

/// The obligations of a delivery to others.
#[derive(Default)]
struct Duties {
    /// The results of lookups, for the fetches that follow them.
    known: HashMap<StoreKey, Known>,
    /// The flights that this delivery leads, by its fetches.
    leaders: Vec<(FetchId, Leader<Answer>)>,
    /// The fetch whose body was the last to end.
    ended: Option<FetchId>,
}

/// The knowledge about a file before its fetch.
enum Known {
    /// This delivery fetches the file, for others too.
    Led(Leader<Answer>),
    /// Another delivery has fetched the file.
    Answered(Answer),
}

impl<C: Client, P: Compute, S: Store> Files<C> for Shared<'_, C, P, S> {
    /// Asks the store, or waits for a delivery that fetches the file.
    ///
    /// The flight starts before the store is asked: then only one delivery that finds nothing there goes on.
    async fn look_up(&self, key: StoreKey) -> Event<C::Body> {
        // The flight of the rendition was joined before.
        if !key.is_original() {
            let file = self.parts.stored(&key).await;
            return Event::Found(key, file);
        }
        loop {
            let known = match self.flights.originals.join(&key) {
                Seat::Leader(leader) => match self.parts.stored(&key).await {
                    Some(Stored::Original(original)) => {
                        leader.publish(Answer::File(original.clone()));
                        return Event::Found(key, Some(Stored::Original(original)));
                    }
                    _ => Known::Led(leader),
                },
                Seat::Follower(flight) => match flight.published().await {
                    Some(Answer::File(original)) => return Event::Found(key, Some(Stored::Original(original))),
                    Some(answer) => Known::Answered(answer),
                    None => continue,
                },
            };
            self.duties().known.insert(key.clone(), known);
            return Event::Found(key, None);
        }
    }

    async fn ask(&self, fetch: Fetch) -> Event<C::Body> {
        let known = if fetch.revalidates { None } else { self.duties().known.remove(&fetch.key) };
        let known = match known {
            Some(known) => known,
            None => self.join(&fetch).await,
        };
        let id = fetch.id;
        match known {
            Known::Led(leader) => {
                let event = ask(&self.parts.client, fetch).await;
                self.duties().leaders.push((id, leader));
                event
            }
            Known::Answered(Answer::File(original)) => Event::Shared(original, Box::new(fetch)),
            Known::Answered(Answer::Head(head)) => Event::Heard(Input::Head(id, head), None),
            Known::Answered(Answer::Failed(error)) => Event::Heard(Input::Failed(id, error), None),
            Known::Answered(Answer::Unshared) => ask(&self.parts.client, fetch).await,
        }
    }

    fn poll(&self, delivery: &mut Delivery) -> Output {
        let output = delivery.poll();
        let mut duties = self.duties();
        let Duties { leaders, ended, .. } = &mut *duties;
        if let Output::Store(file) = &output {
            if let Stored::Original(original) = file {
                let of_it = leaders.iter().filter(|(_, leader)| leader.key() == original.key());
                of_it.for_each(|(_, leader)| leader.publish(Answer::File(original.clone())));
            }
        } else if let Some(id) = ended.take() {
            // A file that was not handed out for the store by now is for this delivery only.
            let of_it = leaders.iter().filter(|(own, leader)| *own == id && !leader.has_published());
            of_it.for_each(|(_, leader)| leader.publish(Answer::Unshared));
        }
        output
    }

    fn handle(&self, delivery: &mut Delivery, input: Input) -> ControlFlow<()> {
        let Some(id) = id_of(&input) else { return delivery.handle(input) };
        let (alike, is_over) = (alike(&input), is_over(&input));
        let mut duties = self.duties();
        duties.ended = matches!(input, Input::End(_)).then_some(id);
        let flow = delivery.handle(input);
        if flow.is_break()
            && let Some(answer) = alike
        {
            let of_it = duties.leaders.iter().filter(|(own, _)| *own == id);
            of_it.for_each(|(_, leader)| leader.publish(answer.clone()));
        }
        if is_over {
            duties.leaders.retain(|(own, _)| *own != id);
        }
        flow
    }
}

impl<C, P, S> Shared<'_, C, P, S> {
    fn duties(&self) -> MutexGuard<'_, Duties> {
        self.duties.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins the flight of a request. Revalidations and requests without a stored file do not wait for each other.
    async fn join(&self, fetch: &Fetch) -> Known {
        let flights = if fetch.revalidates { &self.flights.revalidations } else { &self.flights.originals };
        loop {
            match flights.join(&fetch.key) {
                Seat::Leader(leader) => return Known::Led(leader),
                Seat::Follower(flight) => {
                    if let Some(answer) = flight.published().await {
                        return Known::Answered(answer);
                    }
                }
            }
        }
    }
}

async fn ask<C: Client>(client: &C, fetch: Fetch) -> Event<C::Body> {
    let resent = fetch.resent;
    match send(client, fetch).await {
        // The second time, this is an answer for those that wait, too: otherwise each would try twice.
        Event::Heard(Input::Failed(id, FetchError::Closed), rest) if resent => {
            Event::Heard(Input::Failed(id, FetchError::Refused), rest)
        }
        event => event,
    }
}

const fn id_of(input: &Input) -> Option<FetchId> {
    match input {
        Input::Head(id, _) | Input::Chunk(id, _) | Input::End(id) | Input::Failed(id, _) => Some(*id),
        Input::Found(..) | Input::Rendered(_) => None,
    }
}

/// Returns the answer that an input is to all equal requests, if no more of it is needed.
fn alike(input: &Input) -> Option<Answer> {
    match input {
        // A 304 is about the stored file of one delivery, and others may have another.
        Input::Head(_, head) if !head.status().is_success() && head.status() != StatusCode::NOT_MODIFIED => {
            Some(Answer::Head(head.clone()))
        }
        // A lack of room, or a connection that had been closed, is not an answer for others.
        Input::Failed(_, FetchError::Busy | FetchError::Closed) => None,
        Input::Failed(_, error) => Some(Answer::Failed(*error)),
        _ => None,
    }
}

/// Returns `true` if the next request may get another answer: then later ones do not get this one.
fn is_over(input: &Input) -> bool {
    match input {
        Input::Failed(..) => true,
        Input::Head(_, head) => head.status().is_server_error() || head.status() == StatusCode::TOO_MANY_REQUESTS,
        _ => false,
    }
}
