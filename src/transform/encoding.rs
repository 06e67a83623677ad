//! [`Encoding`]: settings of the output, folded over the steps that are taken; the last value wins.

use super::expr::Expr;

/// The settings with which the result is encoded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Encoding {
    /// `f`: the format.
    pub format: Option<OutputFormat>,
    /// `q`: the quality, 1 to 100, for lossy formats.
    pub quality: Option<u8>,
    /// `lo`: lossless WebP or PNG.
    pub lossless: Option<bool>,
    /// `pr`: progressive JPEG.
    pub progressive: Option<bool>,
    /// `cp`: keep the colour profile.
    pub color_profile: Option<bool>,
    /// `md`: keep all metadata.
    pub metadata: Option<bool>,
    /// `dn`: the density to write into the file.
    pub density: Option<Density>,
    /// `c2pa`: content credentials.
    pub c2pa: Option<bool>,
    /// `orig`: deliver the original bytes and ignore everything else.
    pub original: Option<bool>,
}

impl Encoding {
    /// Returns `true` if the colour profile is kept, alone or with all metadata.
    #[must_use]
    pub(crate) fn keeps_profile(&self) -> bool {
        self.color_profile == Some(true) || self.metadata == Some(true)
    }

    /// Overrides settings with those that `later` sets. Of the steps that are taken, the last one that sets a value
    /// wins.
    pub fn fold(&mut self, later: &Self) {
        let Self { format, quality, lossless, progressive, color_profile, metadata, density, c2pa, original } = self;
        *format = later.format.or(*format);
        *quality = later.quality.or(*quality);
        *lossless = later.lossless.or(*lossless);
        *progressive = later.progressive.or(*progressive);
        *color_profile = later.color_profile.or(*color_profile);
        *metadata = later.metadata.or(*metadata);
        if later.density.is_some() {
            density.clone_from(&later.density);
        }
        *c2pa = later.c2pa.or(*c2pa);
        *original = later.original.or(*original);
    }
}

/// `f`: the requested format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutputFormat {
    /// `auto`: the best format that the browser accepts.
    Auto,
    /// `orig`: the format of the source.
    Original,
    /// `jpg`, `jpeg`.
    Jpeg,
    /// `png`.
    Png,
    /// `webp`.
    WebP,
    /// `avif`.
    Avif,
    /// `gif`; only for GIF sources.
    Gif,
    /// `svg`; only for SVG sources.
    Svg,
}

/// `dn`: dots per inch.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Density {
    /// `dn-300`: 1 to 1200.
    Dpi(u16),
    /// `dn-idn_mul_2`: computed from the density of the source.
    Expr(Expr),
}
