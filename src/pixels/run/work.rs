//! [`Work`]: everything that a render is made from.

use std::fmt;

use bytes::Bytes;

use crate::error::Error;
use crate::extend::{Decoder, Extensions};
use crate::format::Format;
use crate::path::AssetPath;
use crate::pixels::raster::Scratch;
use crate::plan::Rules;
use crate::policy::Negotiation;
use crate::stop::Stop;
use crate::transform::Transformation;

/// Settings of [`transform`](crate::transform()) besides the file and the transformation.
///
/// ```
/// use originkit::{Format, Options};
/// let mut options = Options::default();
/// options.accept = vec![Format::WebP]; // as if the browser had sent `Accept: image/webp`
/// options.rules.limits.pixels = 25_000_000;
/// assert_eq!(options.quality, 80);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// For planning, with every limit.
    pub rules: Rules,
    /// Quality of lossy formats where `q` is absent, 1 to 100.
    pub quality: u8,
    /// JPEGs with halved chroma planes: a fifth smaller.
    pub chroma_420: bool,
    /// Encoders spend time for bytes, see [`Settings::smallest`](crate::Settings).
    pub smallest: bool,
    /// Formats that may be chosen besides JPEG and PNG where `f` names none.
    pub accept: Vec<Format>,
    /// Files that layers may name: overlays and fonts.
    pub files: Vec<(AssetPath, Bytes)>,
    /// Detectors, effects, fonts and decoders.
    pub extensions: Extensions,
    /// Ends it early.
    pub stop: Stop,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rules: Rules::default(),
            quality: 80,
            chroma_420: true,
            smallest: false,
            accept: Vec::new(),
            files: Vec::new(),
            extensions: Extensions::new(),
            stop: Stop::new(),
        }
    }
}

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

/// Calls a function with the work that these arguments ask for.
pub(crate) fn with_work<T>(
    scratch: &mut Scratch,
    bytes: &[u8],
    wanted: &Transformation,
    options: &Options,
    act: impl FnOnce(&Work<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let negotiation = Negotiation {
        accepts_webp: options.accept.contains(&Format::WebP),
        accepts_avif: options.accept.contains(&Format::Avif),
        best_format: true,
        avif: options.accept.contains(&Format::Avif),
        quality: options.quality,
        chroma_420: options.chroma_420,
        smallest: options.smallest,
    };
    act(&Work {
        asset: File::new(bytes, &options.extensions),
        path: "",
        files: options.files.iter().map(|(path, bytes)| (path, File::new(bytes, &options.extensions))).collect(),
        transformation: wanted,
        rules: &options.rules,
        negotiation: &negotiation,
        still: false,
        passes: false,
        extensions: &options.extensions,
        seed: 0,
        scratch,
        stop: &options.stop,
    })
}
