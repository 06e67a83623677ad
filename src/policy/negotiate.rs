//! `Accept` to candidate formats (`f`, `f-auto`).

use crate::format::Format;
use crate::transform::Encoding;

/// What a request and the settings say about the output format, before the source is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Negotiation {
    /// `Accept` names `image/webp`.
    pub(crate) accepts_webp: bool,
    /// `Accept` names `image/avif`.
    pub(crate) accepts_avif: bool,
    /// No `f` means `f-auto`.
    pub(crate) best_format: bool,
    /// `f-auto` may answer AVIF.
    pub(crate) avif: bool,
    /// Quality of lossy formats where `q` is absent.
    pub(crate) quality: u8,
    /// JPEG with halved chroma planes.
    pub(crate) chroma_420: bool,
}

impl Negotiation {
    /// The formats to choose from, best first: all are encoded, the smallest is delivered.
    /// Never empty: formats that cannot be written are left to the encoder to refuse.
    pub(crate) fn candidates(&self, output: &Encoding, source: Format, alpha: bool) -> Vec<Format> {
        todo!("{output:?} {source:?} {alpha}")
    }
}
