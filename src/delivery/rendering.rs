//! [`Rendering`]: the phase in which the image is made.

use std::collections::VecDeque;
use std::sync::Arc;

use super::gather_context::GatherContext;
use super::outcome::Outcome;
use super::render::{Render, Rendered, Source};
use super::respond::{self, ResponseHead};
use super::{Phase, responding};
use crate::error::Error;
use crate::note::{Note, Notes};
use crate::order::{RenderSpec, ResponseSpec};
use crate::plan::PlanError;
use crate::policy::Term;
use crate::stop::Stop;
use crate::store::{Rendition, Served, Stored};
use crate::trace::Span;

/// The phase in which every file is held, and the image is being rendered or about to be.
#[derive(Debug)]
pub(super) struct Rendering {
    /// `None` once the render was given out.
    job: Option<Render>,
    /// The render after an interim answer, which may choose AVIF.
    after: Option<Render>,
    served: Served,
    answer: ResponseSpec,
    terms: GatherContext,
}

impl Rendering {
    pub(super) fn start(
        job: Arc<RenderSpec>,
        sources: Vec<Source>,
        served: Served,
        answer: ResponseSpec,
        terms: GatherContext,
    ) -> Phase {
        // A file that may not be stored would be made after each answer, and never be sent.
        let interim = job.negotiation.avif_after_answer && served.may_be_stored(&terms.caching);
        let render = Render { job, sources, stop: Stop::new(), interim, span: Span::none() };
        let whole = |render: &Render| Render {
            job: Arc::clone(&render.job),
            sources: render.sources.clone(),
            stop: Stop::new(),
            interim: false,
            span: Span::none(),
        };
        Phase::Rendering(Box::new(Self {
            after: interim.then(|| whole(&render)),
            job: Some(render),
            served,
            answer,
            terms,
        }))
    }

    /// Returns the render, once. `may_be_interim` is `false` if there is no answer to hurry, or nothing after it.
    pub(super) fn next(&mut self, may_be_interim: bool) -> Option<Render> {
        let job = self.job.take()?;
        Some(Render { interim: job.interim && may_be_interim, ..job })
    }

    /// Takes in the result. Returns the phase after the response as well, if there is more to do.
    pub(super) fn finish(self, rendered: Rendered, store: &mut VecDeque<Stored>) -> (Phase, Option<Phase>) {
        // The result belongs to another delivery if no render was given out here.
        if self.job.is_some() {
            return (Phase::Rendering(Box::new(self)), None);
        }
        let Self { after, served, answer, terms, .. } = self;
        let mut encoded = match rendered.result {
            Ok(encoded) => encoded,
            Err(Error::Plan(PlanError::Pending { retry_after })) => {
                return (responding(respond::intermediate(&answer, retry_after)), None);
            }
            Err(error) => {
                // If the file is a fallback for a transient failure, its faults are transient, too.
                let transient = served.term == Term::Moment;
                let head = ResponseHead { transient, ..(&answer).into() };
                return (responding(respond::failure(&head, error)), None);
            }
        };
        let notes = std::mem::take(&mut encoded.notes);
        let after = after.filter(|_| encoded.is_interim);
        let outcome = if after.is_some() { Outcome::Interim } else { Outcome::Made };
        let briefly = |served: &Served| {
            let until = terms.now.saturating_add(terms.caching.errors.as_secs());
            let term = served.term.max(Term::Brief);
            Served { term, fresh_until: served.fresh_until.min(until), ..served.clone() }
        };
        // A damaged file may be repaired within a minute.
        let served = if notes.iter().any(Note::is_damage) { briefly(&served) } else { served };
        let now = if after.is_some() { briefly(&served).interim() } else { served.clone() };
        let rendition = Rendition::image(now, encoded);
        store.extend(rendition.to_store(&terms.caching).map(Stored::Rendition));
        let mut response = respond::rendition(&answer, &rendition, outcome);
        if !notes.is_empty() {
            response.extensions_mut().insert(Notes(notes));
        }
        let after =
            after.map(|job| Phase::Rendering(Box::new(Self { job: Some(job), after: None, served, answer, terms })));
        (responding(response), after)
    }
}
