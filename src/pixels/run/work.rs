//! [`Work`]: everything that a render is made from.

use std::fmt;

use crate::extend::{Decoder, Extensions};
use crate::format::Format;
use crate::path::AssetPath;
use crate::pixels::raster::Scratch;
use crate::plan::Rules;
use crate::policy::Negotiation;
use crate::stop::Stop;
use crate::transform::Transformation;

/// Everything that an image is made from.
#[derive(Debug)]
pub(crate) struct Work<'a> {
    /// The file.
    pub(crate) asset: File<'a>,
    /// Its path.
    pub(crate) path: &'a str,
    /// Files that layers name.
    pub(crate) files: Vec<(&'a AssetPath, File<'a>)>,
    /// The transformation to carry out.
    pub(crate) transformation: &'a Transformation,
    pub(crate) rules: &'a Rules,
    pub(crate) negotiation: &'a Negotiation,
    /// One image is wanted, a JPEG unless the transformation says otherwise.
    pub(crate) still: bool,
    /// A file that cannot be read is delivered as it is.
    pub(crate) passes: bool,
    pub(crate) extensions: &'a Extensions,
    /// For effects that invent something.
    pub(crate) seed: u64,
    pub(crate) scratch: &'a Scratch,
    /// Ends it early.
    pub(crate) stop: &'a Stop,
}

/// A file, the format that its first bytes tell, and the decoder that the embedder has for that: it is asked before
/// our own.
#[derive(Clone, Copy)]
pub(crate) struct File<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) format: Option<Format>,
    pub(crate) decoder: Option<(Format, &'a dyn Decoder)>,
}

impl<'a> File<'a> {
    /// Looks at the first bytes.
    pub(crate) fn new(bytes: &'a [u8], extensions: &'a Extensions) -> Self {
        let format = Format::sniff(bytes);
        let decoder = |format| extensions.decoder_of(format).map(|decoder| (format, decoder));
        Self { bytes, format, decoder: format.and_then(decoder) }
    }
}

impl fmt::Debug for File<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "File({} bytes, {:?})", self.bytes.len(), self.format)
    }
}
