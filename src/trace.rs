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

/// A stage that is not recorded.
#[cfg(not(feature = "tracing"))]
#[must_use]
pub(crate) struct Untold;

pub(crate) use {event, span};
