//! What is told to `tracing` (feature `tracing`): a span for each stage, an event for what happens between.
//!
//! Spans have their times from whoever listens: the crate itself reads no clock. No query of a URL and no header is
//! told, as signatures and tokens stand there. Without the feature nothing of it is compiled.
//!
//! | Span | Fields | Time of |
//! |---|---|---|
//! | `resolve` | | reading the URL, checking the signature, listing what to ask |
//! | `fetch` | `id`, `host` | a lookup, a connection, and the head of the answer; of the asynchronous drivers |
//! | `render` | | everything about pixels; in it: |
//! | `plan` | | reading heads of files, geometry, and looks at pixels where geometry needs them |
//! | `draw` | `ops` | decoding and drawing |
//! | `encode` | `format` | one encoding |
//!
//! | Event | Fields |
//! |---|---|
//! | `ask` | `id`, `host`, `path`, `revalidates` |
//! | `answer` | `id`, `status` |
//! | `failed` | `id`, `cause` |
//! | `unsigned` | `id`, `cause`: in the words of the signer |
//! | `recalled` | `id`: a store had the file |
//! | `respond` | `status`, `code` of `ik-error`, `bytes` |
//! | `note` | `note`: part of a source was missing, damaged or left out |
//! | `store` | `cause`: a read or a write of `adapters::ObjectStore` failed |
//! | `kept` | `fresh`, `stale`: a rendition that was kept is the answer |

/// Starts a stage, which lasts as long as what is returned.
macro_rules! span {
    ($name:literal $(, $field:ident = $value:expr)*) => {{
        #[cfg(feature = "tracing")]
        let stage = tracing::debug_span!(target: "originkit", $name $(, $field = $value)*).entered();
        #[cfg(not(feature = "tracing"))]
        let stage = $crate::trace::Untold;
        stage
    }};
}

/// Tells that something happened.
macro_rules! event {
    ($name:literal $(, $field:ident = $value:expr)*) => {
        #[cfg(feature = "tracing")]
        tracing::debug!(target: "originkit", $($field = $value,)* $name);
    };
}

/// A stage that nobody is told of.
#[cfg(not(feature = "tracing"))]
#[must_use]
pub(crate) struct Untold;

pub(crate) use {event, span};
