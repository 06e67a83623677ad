//! [`Gathering`]: every file of an order is searched for, all at once.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::attempt::{Found, Search};
use super::respond::{self, Served};
use super::{BREAK, Fetch, FetchId, Input, Phase, Rendering, Source};
use crate::code::ErrorCode;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::order::{Answer, Job, Order, Wanted};
use crate::policy;

/// The phase in which files are wanted.
#[derive(Debug)]
pub(super) struct Gathering {
    /// The asset, or the default image in its place.
    asset: Search,
    /// Why the asset was given up; set while the default image is searched for.
    lost: Option<ErrorCode>,
    /// The default image, until it is needed.
    fallback: Option<Wanted>,
    /// Overlays and fonts.
    others: Vec<Search>,
    /// How many fetches were given out.
    sent: usize,
    job: Arc<Job>,
    answer: Answer,
    limits: Limits,
}

impl Gathering {
    pub(super) fn start(order: Order) -> Phase {
        let Order { wanted, fallback, job, answer, limits, record: _ } = order;
        let mut searches = wanted.into_iter().map(Search::start);
        let Some(asset) = searches.next() else {
            return fail(&answer, missing_asset(ErrorCode::NotFound));
        };
        let others = searches.collect();
        Box::new(Self { asset, lost: None, fallback, others, sent: 0, job, answer, limits }).settle()
    }

    /// The next request that is ready to be sent.
    pub(super) fn next_fetch(&mut self) -> Option<Fetch> {
        let search = std::iter::once(&mut self.asset).chain(&mut self.others).find(|search| search.is_ready())?;
        self.sent += 1;
        let id = FetchId(u64::try_from(self.sent).unwrap_or(u64::MAX));
        let request = search.ask(id)?;
        Some(Fetch { id, request, timeout: self.limits.fetch_timeout, max_bytes: self.limits.source_bytes })
    }

    /// Hears what happened to a fetch.
    pub(super) fn handle(mut self: Box<Self>, input: Input) -> (Phase, ControlFlow<()>) {
        let (Input::Head(id, _) | Input::Chunk(id, _) | Input::End(id) | Input::Failed(id, _)) = input else {
            return (Phase::Gathering(self), BREAK);
        };
        let Self { asset, others, limits, .. } = &mut *self;
        let Some(search) = std::iter::once(asset).chain(others).find(|search| search.awaits(id)) else {
            return (Phase::Gathering(self), BREAK);
        };
        let heard = match input {
            Input::Head(_, head) => search.head(&head, limits),
            Input::Chunk(_, bytes) => search.chunk(&bytes),
            Input::End(_) => search.end(),
            Input::Failed(_, error) => search.failed(error),
            Input::Rendered(_) => Ok(BREAK),
        };
        match heard {
            Ok(flow) => (self.settle(), flow),
            Err(limit) => (fail(&self.answer, limit.into()), BREAK),
        }
    }

    /// Goes on to the next phase if nothing is left to search for, or no point in searching.
    fn settle(mut self: Box<Self>) -> Phase {
        if let Some(code) = self.asset.missing()
            && let Some(fallback) = self.fallback.take()
        {
            self.lost = Some(code);
            self.asset = Search::start(fallback);
        }
        if let Some(code) = self.asset.missing() {
            return fail(&self.answer, missing_asset(self.lost.unwrap_or(code)));
        }
        if let Some(code) = self.others.iter().find_map(Search::missing) {
            return fail(&self.answer, missing_layer(code));
        }
        let searches = || std::iter::once(&self.asset).chain(&self.others);
        if searches().all(Search::is_held) {
            return self.finish();
        }
        let due = searches().filter(|search| search.is_ready()).count();
        if self.sent.saturating_add(due) > self.limits.fetches {
            let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
            let (allowed, found) = (count(self.limits.fetches), count(self.sent.saturating_add(due)));
            return fail(&self.answer, LimitError { what: "requests to origins", allowed, found }.into());
        }
        Phase::Gathering(self)
    }

    /// Every file is held.
    fn finish(self: Box<Self>) -> Phase {
        let Self { asset, lost, others, job, answer, .. } = *self;
        let Some(mut asset) = asset.into_found() else {
            return fail(&answer, missing_asset(ErrorCode::NotFound));
        };
        let others: Vec<Found> = others.into_iter().filter_map(Search::into_found).collect();
        let brief = lost.is_some() || asset.shaky || others.iter().any(|other| other.shaky);
        let served = Served { canonical: asset.canonical.take().filter(|_| lost.is_none()), brief };

        let format = Format::sniff(&asset.bytes);
        // What is to be sanitised is computing, if not much.
        let cleaned = !answer.original && job.sanitize && format == Some(Format::Svg);
        if answer.original || (untouched(&job, format) && !cleaned) {
            let response = respond::untouched(&answer, served, &asset.path, asset.bytes, format);
            return Phase::Responding(Box::new(response));
        }
        if format.is_none() {
            let message = "the file is not an image".to_owned();
            return fail(&answer, Error::Pixels { code: ErrorCode::Format, message });
        }
        let sources = std::iter::once(asset).chain(others);
        let sources = sources.map(|Found { path, bytes, .. }| Source { path, bytes }).collect();
        Rendering::start(job, sources, served, answer)
    }
}

/// Is a file of this format delivered as it is?
///
/// What is no picture is, where no picture was asked for (documented: *Non-image files*); an SVG is,
/// unless pixels were asked for (documented for `f-auto`).
fn untouched(job: &Job, format: Option<Format>) -> bool {
    match format {
        None | Some(Format::Pdf) => job.transformation.is_empty() && !job.thumbnail,
        Some(Format::Svg) => policy::keeps_svg(&job.transformation, job.thumbnail),
        Some(_) => false,
    }
}

fn fail(answer: &Answer, error: Error) -> Phase {
    Phase::Responding(Box::new(respond::failure(answer.head, &answer.vary, error)))
}

fn missing_asset(code: ErrorCode) -> Error {
    let message = match code {
        ErrorCode::NotFound => "no file was found at the specified path",
        ErrorCode::Denied => "an origin denied access to the file",
        ErrorCode::Refused => "an origin could not be reached",
        _ => "an origin failed to deliver the file",
    };
    Error::Origin { code, message }
}

fn missing_layer(code: ErrorCode) -> Error {
    let message = match code {
        ErrorCode::NotFound => "no file was found for a layer",
        ErrorCode::Denied => "an origin denied access to the file of a layer",
        ErrorCode::Refused => "the origin of a layer could not be reached",
        _ => "an origin failed to deliver the file of a layer",
    };
    Error::Origin { code, message }
}
