//! Spans and events for `tracing` (feature `tracing`): the guide lists them ([`tracing`](crate::guide::tracing)).

/// Starts a stage, which lasts as long as the returned value.
macro_rules! span {
    ($name:literal $(, $field:ident = $value:expr)*) => {{
        #[cfg(feature = "tracing")]
        let stage = tracing::debug_span!(target: "originkit", $name $(, $field = $value)*).entered();
        #[cfg(not(feature = "tracing"))]
        let stage = $crate::trace::Untold;
        stage
    }};
}

/// Records an event.
macro_rules! event {
    ($name:literal $(, $field:ident = $value:expr)*) => {
        #[cfg(feature = "tracing")]
        tracing::debug!(target: "originkit", $($field = $value,)* $name);
    };
}

/// The span of a delivery, around all that is done for it.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

#[cfg_attr(not(feature = "tracing"), expect(clippy::unused_self, reason = "nothing is recorded"))]
impl Span {
    /// Starts the span of a delivery. The path has no query: that may hold a signature.
    #[cfg_attr(not(feature = "tracing"), expect(unused_variables, reason = "nothing is recorded"))]
    pub(crate) fn delivery(endpoint: &str, path: &str) -> Self {
        Self {
            #[cfg(feature = "tracing")]
            span: tracing::debug_span!(target: "originkit", "delivery", endpoint, path),
        }
    }

    /// Returns a span that is not recorded.
    pub(crate) const fn none() -> Self {
        Self {
            #[cfg(feature = "tracing")]
            span: tracing::Span::none(),
        }
    }

    /// Enters it, until the returned value is dropped.
    #[cfg(feature = "tracing")]
    pub(crate) fn enter(&self) -> tracing::span::Entered<'_> {
        self.span.enter()
    }

    /// Enters it, until the returned value is dropped.
    #[cfg(not(feature = "tracing"))]
    pub(crate) const fn enter(&self) -> Untold {
        Untold
    }

    /// Returns the span, as the parent of another.
    #[cfg(feature = "tracing")]
    pub(crate) const fn parent(&self) -> &tracing::Span {
        &self.span
    }
}

/// A stage that is not recorded.
#[cfg(not(feature = "tracing"))]
#[must_use]
pub(crate) struct Untold;

pub(crate) use {event, span};
