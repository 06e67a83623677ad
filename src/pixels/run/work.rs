//! [`Work`]: the input of a render.

use std::fmt;

use crate::extend::{Decoder, Extensions};
use crate::format::Format;
use crate::path::AssetPath;
use crate::pixels::raster::Scratch;
use crate::plan::Rules;
use crate::policy::Negotiation;
use crate::stop::Stop;
use crate::transform::Transformation;

/// The input of a render.
#[derive(Debug)]
pub(crate) struct Work<'a> {
    /// The file to transform.
    pub(crate) asset: File<'a>,
    /// The path of the file.
    pub(crate) path: &'a str,
    /// The files that layers name.
    pub(crate) files: Vec<(&'a AssetPath, File<'a>)>,
    /// The transformation to apply.
    pub(crate) transformation: &'a Transformation,
    pub(crate) rules: &'a Rules,
    pub(crate) negotiation: &'a Negotiation,
    /// Whether AVIF is left out if it would be chosen among several formats.
    pub(crate) interim: bool,
    /// Whether a single image is requested, a JPEG unless the transformation names a format.
    pub(crate) still: bool,
    /// Whether a file that cannot be read is delivered unchanged.
    pub(crate) passes: bool,
    pub(crate) extensions: &'a Extensions,
    /// The seed for generative effects.
    pub(crate) seed: u64,
    pub(crate) scratch: &'a Scratch,
    /// The handle that ends the render early.
    pub(crate) stop: &'a Stop,
}

/// A file, the format detected from its first bytes, and the embedder's decoder for that format. That decoder takes
/// precedence over the built-in one.
#[derive(Clone, Copy)]
pub(crate) struct File<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) format: Option<Format>,
    pub(crate) decoder: Option<(Format, &'a dyn Decoder)>,
}

impl<'a> File<'a> {
    /// Detects the format from the first bytes.
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
