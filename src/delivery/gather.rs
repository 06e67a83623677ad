//! [`Gathering`]: the search for all files of an order at the same time.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use super::Phase;
use super::attempt::{Found, Search};
use super::fetch::{Fetch, FetchError, FetchId};
use super::file_type::content_type;
use super::gather_context::GatherContext;
use super::messages::{BREAK, CONTINUE, Input};
use super::outcome::Outcome;
use super::render::Source;
use super::rendering::Rendering;
use super::respond::{self, ResponseHead};
use crate::code::ErrorCode;
use crate::error::Error;
use crate::fingerprint::Fingerprint;
use crate::format::Format;
use crate::limits::LimitError;
use crate::order::{Order, RenderSpec, ResponseSpec, SourceRequest};
use crate::policy::{self, FileKind, Freshness, OriginError, Term};
use crate::store::{Original, Rendition, Served, StoreKey, Stored};
use crate::trace::event;

/// The phase in which the files are looked up and fetched.
#[derive(Debug)]
pub(super) struct Gathering {
    /// The asset, or the default image in its place.
    asset: Search,
    /// The reason why the asset was given up; set while the default image is searched for.
    lost: Option<Lost>,
    /// The default image, until it is needed.
    fallback: Option<SourceRequest>,
    /// Overlays and fonts.
    others: Vec<Search>,
    /// The number of fetches that were given out.
    sent: usize,
    /// The number of those that need not be sent because another delivery fetched the same file.
    spared: usize,
    /// `true` if a request was sent again because its connection had been closed.
    resent: bool,
    job: Arc<RenderSpec>,
    answer: ResponseSpec,
    terms: GatherContext,
    /// The stale rendition of the store.
    last: Option<Rendition>,
}

/// An asset that no origin delivered.
#[derive(Debug)]
struct Lost {
    cause: OriginError,
    /// The origin with that failure.
    origin: Option<String>,
    /// The term for which the answer may be kept.
    term: Term,
}

impl Gathering {
    pub(super) fn start(order: Order, last: Option<Rendition>, store: &mut VecDeque<Stored>) -> Phase {
        let Order { wanted, fallback, job, answer, limits, record: _ } = order;
        let terms = GatherContext { limits, caching: answer.caching, now: answer.now };
        let mut searches = wanted.into_iter().map(Search::start);
        let Some(asset) = searches.next() else {
            return fail(
                &answer,
                Term::Full,
                Error::Origin { cause: OriginError::NotFound, origin: None, layer: false },
            );
        };
        let others = searches.collect();
        let (lost, sent, spared, resent) = (None, 0, 0, false);
        let gathering = Self { asset, lost, fallback, others, sent, spared, resent, job, answer, terms, last };
        Box::new(gathering).settle(store)
    }

    /// Returns the next file to look up in the store.
    pub(super) fn next_lookup(&mut self) -> Option<StoreKey> {
        self.searches_mut().find_map(Search::lookup)
    }

    /// Returns `true` if a request is ready to be sent.
    pub(super) fn is_ready(&self) -> bool {
        self.searches().any(Search::is_ready)
    }

    /// Returns the next request that is ready to be sent. `None` if it turns out that it cannot be sent: see
    /// [`Gathering::go_on`].
    pub(super) fn next_fetch(&mut self) -> Option<Fetch> {
        let search = std::iter::once(&mut self.asset).chain(&mut self.others).find(|search| search.is_ready())?;
        let id = FetchId::new(u64::try_from(self.sent.saturating_add(1)).unwrap_or(u64::MAX));
        let fetch = search.ask(id, &self.terms)?;
        self.sent += 1;
        event!(
            "ask",
            id = id.number(),
            host = fetch.host().0,
            path = fetch.request().uri().path(),
            revalidates = fetch.revalidates
        );
        Some(fetch)
    }

    /// Goes on after an origin to which no request could be sent.
    pub(super) fn go_on(self: Box<Self>, store: &mut VecDeque<Stored>) -> Phase {
        match self.refused_video() {
            Some(error) => self.fail(error),
            None => self.settle(store),
        }
    }

    /// Takes in what happened to a fetch.
    pub(super) fn handle(mut self: Box<Self>, input: Input, store: &mut VecDeque<Stored>) -> (Phase, ControlFlow<()>) {
        let id = match &input {
            Input::Head(id, _) | Input::Chunk(id, _) | Input::End(id) | Input::Failed(id, _) => *id,
            Input::Found(..) | Input::Rendered(_) => return (Phase::Gathering(self), BREAK),
        };
        let has_room =
            matches!(input, Input::Failed(_, FetchError::Closed)) && self.planned() < self.terms.limits.fetches;
        let Self { asset, others, terms, resent, .. } = &mut *self;
        let Some(search) = std::iter::once(asset).chain(others).find(|search| search.awaits(id)) else {
            return (Phase::Gathering(self), BREAK);
        };
        let is_chunk = matches!(input, Input::Chunk(..));
        let heard = match input {
            Input::Head(_, head) => {
                event!("answer", id = id.number(), status = head.status().as_u16());
                search.head(&head, terms)
            }
            Input::Chunk(_, bytes) => search.chunk(&bytes, terms),
            Input::End(_) => search.end(terms),
            Input::Failed(_, error) => {
                event!("failed", id = id.number(), cause = error.to_string());
                if error == FetchError::Busy {
                    return (self.give_up(), BREAK);
                }
                if has_room && search.resend(error) {
                    *resent = true;
                    return (Phase::Gathering(self), BREAK);
                }
                search.failed(error, terms)
            }
            Input::Found(..) | Input::Rendered(_) => Ok(BREAK),
        };
        // A chunk that was taken in has no other effect, and there may be a million of them.
        if is_chunk && heard == Ok(CONTINUE) && !search.is_worth_a_look() {
            return (Phase::Gathering(self), CONTINUE);
        }
        store.extend(search.take_new(terms).map(Stored::Original));
        if heard.is_ok()
            && let Some(error) = self.refused_video()
        {
            return (self.fail(error), BREAK);
        }
        match heard {
            Ok(CONTINUE) if is_chunk => (Phase::Gathering(self), CONTINUE),
            Ok(flow) => (self.settle(store), flow),
            Err(limit) => (self.fail(Error::TooLarge(limit)), BREAK),
        }
    }

    /// Takes in the file that a store has under a key.
    pub(super) fn found(
        mut self: Box<Self>,
        key: &StoreKey,
        original: Option<Original>,
        store: &mut VecDeque<Stored>,
    ) -> Phase {
        let Self { asset, others, terms, .. } = &mut *self;
        let Some(search) = std::iter::once(asset).chain(others).find(|search| search.looks_up(key)) else {
            return Phase::Gathering(self);
        };
        search.found(original, terms);
        self.go_on(store)
    }

    /// Takes in a file that another delivery has fetched, in place of the answer to a fetch.
    #[cfg(feature = "single-flight")]
    pub(super) fn shared(
        mut self: Box<Self>,
        id: FetchId,
        original: Original,
        store: &mut VecDeque<Stored>,
    ) -> (Phase, ControlFlow<()>) {
        let Self { asset, others, terms, .. } = &mut *self;
        let Some(search) = std::iter::once(asset).chain(others).find(|search| search.awaits(id)) else {
            return (Phase::Gathering(self), BREAK);
        };
        if !search.shared(original, terms) {
            return (Phase::Gathering(self), CONTINUE);
        }
        self.spared += 1;
        (self.go_on(store), BREAK)
    }

    /// Ends the delivery. The client is at its limit, and would be for other origins and the default image as well.
    fn give_up(&self) -> Phase {
        match self.usable_last(Term::Moment) {
            Some(last) => Phase::Responding(Box::new(respond::rendition(&self.answer, &last, Outcome::Stale))),
            None => self.fail(Error::Busy { retry_after: RETRY_AFTER }),
        }
    }

    /// Goes on to the next phase if there is nothing left to search for, or no point in searching.
    fn settle(mut self: Box<Self>, store: &mut VecDeque<Stored>) -> Phase {
        if let Some(missing) = self.searches().find(|search| search.missing().is_some())
            // While the default image is searched for, the asset is known to be missing, or its origin to be down.
            && let Some(last) = self.usable_last(self.lost.as_ref().map_or(missing.term(), |lost| lost.term))
        {
            return Phase::Responding(Box::new(respond::rendition(&self.answer, &last, Outcome::Stale)));
        }
        if let Some(cause) = self.asset.missing()
            && let Some(fallback) = self.fallback.take()
        {
            self.lost = Some(Lost { cause, origin: self.asset.origin(), term: self.asset.term() });
            self.asset = Search::start(fallback);
        }
        if let Some(cause) = self.asset.missing() {
            let lost = self.lost.as_ref().map(|lost| (lost.cause, lost.origin.clone()));
            let (cause, origin) = lost.unwrap_or_else(|| (cause, self.asset.origin()));
            return fail(&self.answer, self.term_of_asset(), Error::Origin { cause, origin, layer: false });
        }
        let missing = |search: &Search| search.missing().map(|cause| (cause, search.origin(), search.term()));
        if let Some((cause, origin, term)) = self.others.iter().find_map(missing) {
            return fail(&self.answer, term, Error::Origin { cause, origin, layer: true });
        }
        if self.searches().all(Search::is_held) {
            return self.finish(store);
        }
        // Heads alone may show that nothing has changed.
        if (self.last.is_some() || self.answer.conditions.are_given())
            && let Some(served) = self.served()
            && let Some(phase) = self.unchanged(&served, store)
        {
            return phase;
        }
        let planned = self.planned();
        if planned > self.terms.limits.fetches {
            let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
            // The store may have the files that are still being looked up, which no longer matters.
            let looking = self.searches().filter(|search| search.is_looking()).count();
            let (allowed, found) = (count(self.terms.limits.fetches), count(planned.saturating_add(looking)));
            // A request that was sent twice may have been the one over the limit.
            let term = if self.resent { Term::Moment } else { self.term() };
            return fail(&self.answer, term, LimitError { what: "requests to origins", allowed, found }.into());
        }
        Phase::Gathering(self)
    }

    /// Returns the number of requests to origins: those that were sent, and those that are ready to be sent.
    fn planned(&self) -> usize {
        let due = self.searches().filter(|search| search.is_ready()).count();
        self.sent.saturating_sub(self.spared).saturating_add(due)
    }

    /// Returns the term for the asset, or for the default image in its place.
    fn term_of_asset(&self) -> Term {
        let lost = self.lost.as_ref().map_or(Term::Full, |lost| lost.term.max(Term::Brief));
        self.asset.term().max(lost)
    }

    /// Returns the term for all files together.
    fn term(&self) -> Term {
        self.others.iter().map(Search::term).fold(self.term_of_asset(), Term::max)
    }

    /// Answers with an error to which an origin with a transient failure may have contributed.
    fn fail(&self, error: Error) -> Phase {
        fail(&self.answer, self.term(), error)
    }

    /// Returns the error for a video that would have to be transformed, as soon as its head or its first bytes show
    /// that it is one.
    fn refused_video(&self) -> Option<Error> {
        let as_it_is = self.answer.original || self.job.passes;
        let asset = (!as_it_is).then_some(&self.asset);
        asset.into_iter().chain(&self.others).any(Search::is_video).then(|| video(&self.job))
    }

    fn searches(&self) -> impl Iterator<Item = &Search> {
        std::iter::once(&self.asset).chain(&self.others)
    }

    fn searches_mut(&mut self) -> impl Iterator<Item = &mut Search> {
        std::iter::once(&mut self.asset).chain(&mut self.others)
    }

    /// Returns the stale rendition as a fallback while an origin is down, if it may be used.
    fn usable_last(&self, term: Term) -> Option<Rendition> {
        let last = self.last.as_ref().filter(|_| term == Term::Moment)?;
        let freshness = last.served.freshness(self.terms.now, &self.terms.caching);
        (freshness != Freshness::Over).then(|| last.as_stopgap(term))
    }

    /// Returns the metadata of the answer, as soon as the identity of every file is known.
    fn served(&self) -> Option<Served> {
        let known: Vec<_> = self.searches().map(Search::known).collect::<Option<_>>()?;
        let asset = known.first()?;
        let lost = self.lost.is_some();
        let name = [self.answer.name.as_bytes()];
        let identities = known.iter().map(|file| file.identity.as_bytes());
        let print = Fingerprint::of(name.into_iter().chain(identities));
        let GatherContext { caching, now, .. } = &self.terms;
        // A file without a date may be the latest.
        let modified = known.iter().map(|file| file.facts.modified()).min().flatten();
        let modified = modified.and_then(|_| known.iter().filter_map(|file| file.facts.modified()).max());
        let term = self.term();
        let as_it_is = self.answer.original || self.job.passes;
        let file = as_it_is && policy::says_file(self.asset.path(), &asset.facts.media);
        let caching = if file { &caching.of_files() } else { caching };
        let fresh_until = match term.most(caching) {
            Some(seconds) => now.saturating_add(seconds),
            None => known.iter().map(|file| file.facts.fresh_until(caching)).min()?,
        };
        Some(Served {
            key: StoreKey::rendition(self.answer.name),
            etag: format!("\"{print:.32}\""),
            modified,
            canonical: asset.canonical.filter(|_| !lost).cloned(),
            term,
            private: known.iter().any(|file| file.facts.private),
            file,
            said: asset.facts.said,
            sent: known.iter().map(|file| file.facts.sent).min()?,
            fresh_until,
        })
    }

    /// Returns the answer if the browser has it already or the store has the same rendition: then no image is decoded.
    fn unchanged(&mut self, served: &Served, store: &mut VecDeque<Stored>) -> Option<Phase> {
        if served.private && !self.answer.admits_private {
            return Some(self.fail(Error::Private));
        }
        if let Some(last) = self.last.take_if(|last| last.served.etag == served.etag) {
            let renewed = Rendition { served: served.clone(), ..last };
            store.extend(renewed.to_store(&self.terms.caching).map(Stored::Rendition));
            // Without a word of an origin that is down, it is no fresher than before.
            let outcome = if served.term == Term::Moment { Outcome::Stale } else { Outcome::Revalidated };
            return Some(Phase::Responding(Box::new(respond::rendition(&self.answer, &renewed, outcome))));
        }
        let theirs = self.answer.conditions.have(&served.etag, served.modified);
        theirs.then(|| Phase::Responding(Box::new(respond::not_modified(&self.answer, served))))
    }

    /// Goes on to the render or the answer once every file is held.
    fn finish(mut self: Box<Self>, store: &mut VecDeque<Stored>) -> Phase {
        let term = self.term();
        let missing = |answer: &ResponseSpec| {
            fail(answer, term, Error::Origin { cause: OriginError::NotFound, origin: None, layer: false })
        };
        let Some(served) = self.served() else { return missing(&self.answer) };
        if let Some(phase) = self.unchanged(&served, store) {
            return phase;
        }
        let Self { asset, others, job, answer, terms, .. } = *self;
        let Some(asset) = asset.into_found() else { return missing(&answer) };
        let others = others.into_iter().filter_map(Search::into_found);

        let kind = policy::file_kind(&asset.path, &asset.original.facts.media, asset.original.bytes());
        let (format, as_it_is) = match kind {
            FileKind::Image(format) => (Some(format), answer.original || passes_svg(&job, format)),
            FileKind::Video if answer.original || job.passes => (None, true),
            FileKind::Video => return fail(&answer, term, video(&job)),
            FileKind::Other => (Format::sniff(asset.original.bytes()), answer.original || job.passes),
            // A registered decoder may be able to read it.
            FileKind::NoImage => {
                (Format::sniff(asset.original.bytes()).filter(|_| !answer.original && !job.passes), false)
            }
        };
        // The name and the type may promise another file than the bytes are.
        let served = Served { file: served.file && !matches!(kind, FileKind::Image(_)), ..served };
        if as_it_is {
            let by_name = content_type(&asset.path.file_name());
            let rendition = Rendition::untouched(served, by_name, asset.original.bytes, format);
            let response = respond::rendition(&answer, &rendition, Outcome::Made);
            store.extend(rendition.to_store(&terms.caching).map(Stored::Rendition));
            return Phase::Responding(Box::new(response));
        }
        if format.is_none() {
            return fail(&answer, term, no_image());
        }
        let sources = std::iter::once(asset).chain(others);
        let sources = sources.map(|Found { path, original: Original { bytes, .. } }| Source { path, bytes }).collect();
        Rendering::start(job, sources, served, answer, terms)
    }
}

/// Returns `true` for an SVG that is delivered unchanged. It is not if pixels were requested (documented for `f-auto`),
/// or if it is to be sanitised, which is a render, if a small one.
fn passes_svg(job: &RenderSpec, format: Format) -> bool {
    format == Format::Svg && !job.sanitize && policy::keeps_svg(&job.transformation, job.thumbnail)
}

fn no_image() -> Error {
    Error::Pixels { code: ErrorCode::Format, message: "the file is not an image".to_owned() }
}

/// Returns the error that refuses a video. It names the parameters that would pick a frame of it.
fn video(job: &RenderSpec) -> Error {
    let picks: Vec<_> = job.video.iter().map(|token| format!("`{token}`")).collect();
    let picks = if picks.is_empty() { String::new() } else { format!(", nor is {}", picks.join(" or ")) };
    let message = format!("the source is a video: transforming videos and stills of them is not supported{picks}");
    Error::Pixels { code: ErrorCode::Unsupported, message }
}

/// Answers with an error about files that may be kept for this term.
fn fail(answer: &ResponseSpec, term: Term, error: Error) -> Phase {
    let head = ResponseHead { transient: term == Term::Moment, ..answer.into() };
    Phase::Responding(Box::new(respond::failure(&head, error)))
}

/// The time after which to retry when there was no room for a fetch: others may be finished in a second.
const RETRY_AFTER: Duration = Duration::from_secs(1);
