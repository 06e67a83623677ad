//! The loop around a delivery that asks the store before an origin, and others before itself.

use std::pin::Pin;

use bytes::Bytes;
use http::{Response, StatusCode};

use super::flight::{Pilot, Seat};
use super::{Cache, Store};
use crate::client::{Body, Client, Compute, dial, first};
use crate::delivery::{Delivery, Fetch, FetchError, FetchId, Input, Keep, Original, Output, StoreKey};

/// What came of a fetch that several wanted.
#[derive(Debug, Clone)]
pub(super) enum Answer {
    File(Original),
    /// A head that tells all: a redirect, or that there is no file.
    Head(Response<()>),
    /// Those who wait fail, too. Whoever comes later tries for itself.
    Failed(FetchError),
    /// A file that each must ask for by itself: its origin forbids to share it.
    Unshared,
}

/// What a fetch brought, and how it goes on.
struct Heard<B> {
    input: Input,
    rest: Rest<B>,
}

enum Rest<B> {
    Nothing,
    /// The body.
    Body(FetchId, B),
    /// The request itself, should the machine not take what the store has.
    Request(Box<Fetch>),
}

type Running<'a, B> = Pin<Box<dyn Future<Output = (Heard<B>, Option<Pilot<Answer>>)> + Send + 'a>>;

impl<S: Store> Cache<S> {
    /// Runs a delivery to its end: the response, what is to be kept, and the flights that brought it. Whoever comes
    /// before the store has it is told of the files by those.
    pub(super) async fn run<C: Client, P: Compute>(
        &self,
        mut delivery: Delivery,
        client: &C,
        compute: &P,
    ) -> (Response<Bytes>, Vec<Keep>, Vec<Pilot<Answer>>) {
        let mut running: Vec<Running<'_, C::Body>> = Vec::new();
        let (mut keep, mut pilots) = (Vec::new(), Vec::<(FetchId, Pilot<Answer>)>::new());
        let mut ended = None;
        loop {
            let output = delivery.poll();
            // A file that is not to be kept by now is nobody else's.
            if !matches!(output, Output::Keep(_))
                && let Some(id) = ended.take()
            {
                let of_it = |(own, pilot): &&(FetchId, Pilot<Answer>)| *own == id && !pilot.has_landed();
                pilots.iter().filter(of_it).for_each(|(_, pilot)| pilot.land(Answer::Unshared));
            }
            match output {
                Output::Fetch(fetch) => running.push(Box::pin(self.share(client, fetch))),
                Output::Render(job) => {
                    let _dropped = job.stop().on_drop();
                    _ = delivery.handle(Input::Rendered(compute.run(job).await));
                }
                Output::Keep(file) => {
                    if let Keep::Original(original) = &file {
                        let landed = |(_, pilot): &(_, Pilot<Answer>)| pilot.key() == original.key();
                        pilots.iter().filter(|flight| landed(flight)).for_each(|(_, pilot)| {
                            pilot.land(Answer::File(original.clone()));
                        });
                    }
                    keep.push(file);
                }
                Output::Respond(response) => {
                    let landed = pilots.into_iter().map(|(_, pilot)| pilot).filter(Pilot::has_landed);
                    return (response, keep, landed.collect());
                }
                Output::Wait => {
                    let (Heard { input, rest }, pilot) = first(&mut running).await;
                    let told = id_of(&input);
                    pilots.extend(pilot.map(|pilot| (told, pilot)));
                    let alike = alike(&input);
                    let is_over = is_over(&input);
                    ended = matches!(input, Input::End(_)).then_some(told);
                    let flow = delivery.handle(input);
                    if flow.is_break()
                        && let Some(answer) = alike
                    {
                        pilots.iter().filter(|(id, _)| *id == told).for_each(|(_, pilot)| pilot.land(answer.clone()));
                    }
                    if is_over {
                        pilots.retain(|(id, _)| *id != told);
                    }
                    match rest {
                        Rest::Body(id, body) if flow.is_continue() => running.push(Box::pin(read(id, body))),
                        Rest::Request(fetch) if flow.is_continue() => {
                            running.push(Box::pin(async move { (ask(client, *fetch).await, None) }));
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// Asks the store, and if it has nothing the origin; or waits for somebody who does.
    ///
    /// The flight begins before the store is asked: whoever finds nothing there is then the only one who goes on.
    async fn share<C: Client>(&self, client: &C, fetch: Fetch) -> (Heard<C::Body>, Option<Pilot<Answer>>) {
        let (id, key) = (fetch.id, fetch.key.clone());
        // Who has an old file to compare does not wait for those who have none, nor they for it.
        let flights = if fetch.revalidates { &self.revalidations } else { &self.originals };
        loop {
            let input = match flights.board(&key) {
                Seat::Pilot(pilot) if fetch.revalidates => return (ask(client, fetch).await, Some(pilot)),
                Seat::Pilot(pilot) => match self.original(&key).await {
                    Some(original) => {
                        pilot.land(Answer::File(original.clone()));
                        Input::Recalled(id, original)
                    }
                    None => return (ask(client, fetch).await, Some(pilot)),
                },
                Seat::Passenger(flight) => match flight.landed().await {
                    Some(Answer::File(original)) => Input::Recalled(id, original),
                    Some(Answer::Head(head)) => Input::Head(id, head),
                    Some(Answer::Failed(error)) => Input::Failed(id, error),
                    Some(Answer::Unshared) => return (ask(client, fetch).await, None),
                    None => continue,
                },
            };
            let rest = match input {
                Input::Recalled(..) => Rest::Request(Box::new(fetch)),
                _ => Rest::Nothing,
            };
            return (Heard { input, rest }, None);
        }
    }

    async fn original(&self, key: &StoreKey) -> Option<Original> {
        Original::from_bytes(key, &self.store().get(key).await?)
    }
}

async fn ask<C: Client>(client: &C, fetch: Fetch) -> Heard<C::Body> {
    let (id, resent) = (fetch.id, fetch.resent);
    let answer = dial(client, fetch).await;
    match answer {
        Ok(response) => {
            let (head, body) = response.into_parts();
            Heard { input: Input::Head(id, Response::from_parts(head, ())), rest: Rest::Body(id, body) }
        }
        // Closed a second time it is an answer for those who wait, too: each would try twice otherwise.
        Err(FetchError::Closed) if resent => {
            Heard { input: Input::Failed(id, FetchError::Refused), rest: Rest::Nothing }
        }
        Err(error) => Heard { input: Input::Failed(id, error), rest: Rest::Nothing },
    }
}

async fn read<B: Body>(id: FetchId, mut body: B) -> (Heard<B>, Option<Pilot<Answer>>) {
    let heard = match body.chunk().await {
        Ok(Some(bytes)) => Heard { input: Input::Chunk(id, bytes), rest: Rest::Body(id, body) },
        Ok(None) => Heard { input: Input::End(id), rest: Rest::Nothing },
        Err(error) => Heard { input: Input::Failed(id, error), rest: Rest::Nothing },
    };
    (heard, None)
}

const fn id_of(input: &Input) -> FetchId {
    match input {
        Input::Head(id, _) | Input::Chunk(id, _) | Input::End(id) | Input::Failed(id, _) | Input::Recalled(id, _) => {
            *id
        }
        // No fetch has it.
        Input::Rendered(_) => FetchId::new(0),
    }
}

/// What of an input is an answer to all who asked the same, where nothing follows it.
fn alike(input: &Input) -> Option<Answer> {
    match input {
        // That nothing has changed is an answer about the file that was compared, and others may have another.
        Input::Head(_, head) if !head.status().is_success() && head.status() != StatusCode::NOT_MODIFIED => {
            Some(Answer::Head(head.clone()))
        }
        // That this one found no room, or a connection that had been closed, is nobody else's answer.
        Input::Failed(_, FetchError::Busy | FetchError::Closed) => None,
        Input::Failed(_, error) => Some(Answer::Failed(*error)),
        _ => None,
    }
}

/// Returns `true` for an answer that may be another one when the next asks: nobody is told of it who comes later.
fn is_over(input: &Input) -> bool {
    match input {
        Input::Failed(..) => true,
        Input::Head(_, head) => head.status().is_server_error() || head.status() == StatusCode::TOO_MANY_REQUESTS,
        _ => false,
    }
}
