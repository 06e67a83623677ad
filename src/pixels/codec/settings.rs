//! [`Settings`]: how a file is written.

/// How a file is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// 1 to 100, for lossy formats.
    pub(crate) quality: u8,
    /// WebP without loss. PNG has none anyway.
    pub(crate) lossless: bool,
    /// Nothing was resampled or blended: a GIF keeps the colours of its source.
    pub(crate) exact: bool,
    /// JPEG that appears as a whole, then sharpens.
    pub(crate) progressive: bool,
    /// JPEG with halved chroma planes.
    pub(crate) chroma_420: bool,
    /// Time is spent for bytes.
    pub(crate) smallest: bool,
}
