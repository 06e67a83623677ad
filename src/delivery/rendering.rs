//! [`Rendering`]: the phase in which the image is made.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Phase;
use super::gather_context::GatherContext;
use super::outcome::Outcome;
use super::render::{Render, Rendered, Source};
use super::respond::{self, ResponseHead};
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
    pub(super) job: Option<Render>,
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
        Phase::Rendering(Box::new(Self {
            job: Some(Render { job, sources, stop: Stop::new(), span: Span::none() }),
            served,
            answer,
            terms,
        }))
    }

    pub(super) fn finish(self, rendered: Rendered, store: &mut VecDeque<Stored>) -> Phase {
        // The result belongs to another delivery if no render was given out here.
        if self.job.is_some() {
            return Phase::Rendering(Box::new(self));
        }
        let response = match rendered.result {
            Ok(mut encoded) => {
                let notes = std::mem::take(&mut encoded.notes);
                // A damaged file may be repaired within a minute.
                let served = if notes.iter().any(Note::is_damage) {
                    let until = self.terms.now.saturating_add(self.terms.caching.errors.as_secs());
                    let term = self.served.term.max(Term::Brief);
                    Served { term, fresh_until: self.served.fresh_until.min(until), ..self.served }
                } else {
                    self.served
                };
                let rendition = Rendition::image(served, encoded);
                store.extend(rendition.to_store(&self.terms.caching).map(Stored::Rendition));
                let mut response = respond::rendition(&self.answer, &rendition, Outcome::Made);
                if !notes.is_empty() {
                    response.extensions_mut().insert(Notes(notes));
                }
                response
            }
            Err(Error::Plan(PlanError::Pending { retry_after })) => respond::intermediate(&self.answer, retry_after),
            Err(error) => {
                // If the file is a fallback for a transient failure, its faults are transient, too.
                let transient = self.served.term == Term::Moment;
                respond::failure(&ResponseHead { transient, ..(&self.answer).into() }, error)
            }
        };
        Phase::Responding(Box::new(response))
    }
}
