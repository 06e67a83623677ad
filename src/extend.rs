//! Extension points for embedders: detectors, effects, fonts, decoders and signers.
//!
//! Models and commercial fonts do not belong in a library. An embedder registers its own once, as [`Extensions`], and
//! URLs that need them work. They are called inside [`Render::run`](crate::delivery::Render::run), on the thread that
//! runs it, and may take their time there: nothing else waits. A [`Signer`] belongs to an origin
//! ([`Origin::signer`](crate::Origin::signer)), and must not block.
//!
//! | Trait | URL | Without it |
//! |---|---|---|
//! | [`Detector`] | `fo-auto`, `fo-face`, `fo-car`, `fo-custom` | `fo-auto` uses the built-in detector, the others keep the centre |
//! | [`Effector`] | `e-bgremove`, `e-edit`, `bg-genfill`, ... | 400 `ENOTSUP`, naming the parameter |
//! | [`Fonts`] | `ff-Lato` | the bundled font |
//! | [`Decoder`] | sources in PDF, PSD, HEIC, ... | 400 `ENOTSUP`, naming the format |
//! | [`Signer`] | files that an origin serves to signed requests only | the origin refuses, and the next one is tried |
//!
//! An effect provider in a few lines; a real one would run a model:
//!
//! ```
//! use originkit::extend::{Effect, EffectJob, Effector, Extensions, EffectOutcome};
//! use originkit::transform::Ai;
//!
//! /// Treats everything white as background.
//! struct WhiteIsBackground;
//!
//! impl Effector for WhiteIsBackground {
//!     fn apply(&self, mut job: EffectJob<'_>) -> EffectOutcome {
//!         if !matches!(job.effect, Effect::Ai(Ai::RemoveBackground)) {
//!             return EffectOutcome::Unsupported;
//!         }
//!         for pixel in job.image.rgba_mut().chunks_exact_mut(4) {
//!             if let [250..=255, 250..=255, 250..=255, alpha] = pixel {
//!                 *alpha = 0;
//!             }
//!         }
//!         EffectOutcome::Done(job.image)
//!     }
//! }
//!
//! let extensions = Extensions::new().effector(WhiteIsBackground);
//! # #[cfg(feature = "pixels")] {
//! # let image = b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xFF\0\0\xFF\0\0\xFF\0\0\0\xFF\0\0\0".to_vec();
//! let renderer = originkit::Renderer::new().extensions(extensions);
//! let result = renderer.render(&image, &"e-bgremove".parse()?)?;
//! assert_eq!(result.format, originkit::Format::Png); // it has transparent pixels now
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod signer;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

pub use self::error::ExtensionError;
pub use self::signer::Signer;
pub use crate::bitmap::Bitmap;
pub use crate::format::Format;
pub use crate::geometry::{Rect, Region, Size};
pub use crate::transform::{Ai, Object};

/// Any error of an extension.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The registered extensions. Cheap to clone; all clones share them.
#[derive(Clone, Default)]
pub struct Extensions {
    detector: Option<Arc<dyn Detector>>,
    effector: Option<Arc<dyn Effector>>,
    fonts: Option<Arc<dyn Fonts>>,
    decoders: Vec<(Format, Arc<dyn Decoder>)>,
}

impl Extensions {
    /// Makes an empty set of extensions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers the detector of faces, objects and stored areas.
    #[must_use]
    pub fn detector(mut self, detector: impl Detector + 'static) -> Self {
        self.detector = Some(Arc::new(detector));
        self
    }

    /// Registers the provider of AI effects; if there are several kinds of models, dispatch on [`EffectJob::effect`].
    #[must_use]
    pub fn effector(mut self, effector: impl Effector + 'static) -> Self {
        self.effector = Some(Arc::new(effector));
        self
    }

    /// Registers the provider of fonts.
    #[must_use]
    pub fn fonts(mut self, fonts: impl Fonts + 'static) -> Self {
        self.fonts = Some(Arc::new(fonts));
        self
    }

    /// Registers the decoder of a format. It is also used for a format that the crate can decode.
    #[must_use]
    pub fn decoder(mut self, format: Format, decoder: impl Decoder + 'static) -> Self {
        self.decoders.retain(|(known, _)| *known != format);
        self.decoders.push((format, Arc::new(decoder)));
        self
    }

    #[cfg(feature = "pixels")]
    pub(crate) fn the_detector(&self) -> Option<&dyn Detector> {
        self.detector.as_deref()
    }

    #[cfg(feature = "pixels")]
    pub(crate) fn the_effector(&self) -> Option<&dyn Effector> {
        self.effector.as_deref()
    }

    #[cfg(feature = "pixels")]
    pub(crate) fn the_fonts(&self) -> Option<&dyn Fonts> {
        self.fonts.as_deref()
    }

    #[cfg(feature = "pixels")]
    pub(crate) fn decoder_of(&self, format: Format) -> Option<&dyn Decoder> {
        self.decoders.iter().find(|(known, _)| *known == format).map(|(_, decoder)| &**decoder)
    }
}

/// Prints which extensions are registered, not their values.
impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extensions")
            .field("detector", &self.detector.is_some())
            .field("effector", &self.effector.is_some())
            .field("fonts", &self.fonts.is_some())
            .field("decoders", &self.decoders.iter().map(|(format, _)| format).collect::<Vec<_>>())
            .finish()
    }
}

/// A detector of the area that a crop should keep visible.
///
/// Equal images must give equal results, or caches hold different crops under one key.
pub trait Detector: Send + Sync {
    /// Looks for a subject. Areas are in pixels of the image; an empty list means "not found".
    ///
    /// # Errors
    /// Any failure. The crop then keeps the centre: a detector never fails a response.
    fn find(&self, search: &Search<'_>) -> Result<Vec<Found>, BoxError>;
}

/// A request to a [`Detector`].
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Search<'a> {
    /// The image as the step receives it, upright.
    pub image: &'a Bitmap,
    /// The subject to look for.
    pub subject: &'a Subject,
    /// The path of the file that the image was made from, as in the URL: for areas stored with an asset.
    pub asset: &'a str,
}

/// A subject that a crop should keep visible.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subject {
    /// The most striking part (`fo-auto`).
    Salient,
    /// All faces (`fo-face`).
    Faces,
    /// These objects (`fo-car_dog`); [`Found::label`] of a result names the object. Never empty.
    Objects(Vec<Object>),
    /// The area stored with the asset (`fo-custom`).
    Custom,
}

/// An area with the subject in it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Found {
    /// The area, in pixels of the image.
    pub area: Region,
    /// The confidence, 0 to 1; of several areas of one kind the one with the highest score is used.
    pub score: f32,
    /// The detected object.
    pub label: Option<Object>,
}

impl Found {
    /// Makes a result with a score of 1 and no label.
    #[must_use]
    pub const fn at(area: Region) -> Self {
        Self { area, score: 1.0, label: None }
    }
}

/// A provider of effects that need a model.
pub trait Effector: Send + Sync {
    /// Applies an effect. Returns the resulting image, the time after which to retry, or the reason why there is none.
    fn apply(&self, job: EffectJob<'_>) -> EffectOutcome;
}

/// A job for an [`Effector`].
#[derive(Debug)]
#[non_exhaustive]
pub struct EffectJob<'a> {
    /// The image at this point of the transformation.
    pub image: Bitmap,
    /// The effect, with its parameters.
    pub effect: Effect<'a>,
    /// A seed that is equal for equal URLs: generated content may depend on it (`e-genvar` must vary by URL).
    pub seed: u64,
    /// The maximum number of pixels of a result.
    pub max_pixels: u64,
}

/// An effect that needs a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect<'a> {
    /// `e-bgremove` and similar effects.
    Ai(&'a Ai),
    /// `bg-genfill`: the image is the whole canvas, of which only a part is known.
    GenerativeFill {
        /// The content to generate, if the URL describes it.
        prompt: Option<&'a str>,
        /// The position of the known part on the canvas; the rest is transparent and is to be filled.
        known: Rect,
    },
}

/// The result of an effect.
#[derive(Debug)]
#[non_exhaustive]
pub enum EffectOutcome {
    /// The resulting image. Only `e-upscale` and `e-edit` may change its size.
    Done(Bitmap),
    /// Not ready yet: the client should come back later (documented: 200 with `is-intermediate-response: true`).
    Pending {
        /// The time after which to retry.
        retry_after: Duration,
    },
    /// This effector does not support this effect.
    Unsupported,
    /// The effect failed; the message goes to the log, not to the client.
    Failed(BoxError),
}

/// A provider of fonts by name. Both methods are called for each text: keep the bytes.
///
/// A text layer that names no font asks for `Open Sans`. A text in an SVG asks for each of its families in turn, those of
/// CSS included (`serif`, `sans-serif`, `monospace`, `cursive`, `fantasy`), and for `sans-serif` at last. With the feature
/// `own-fonts` and without `text` there are no bundled fonts: if no font is found, a text layer is an error (400), and the
/// text of an SVG is left out with a note.
pub trait Fonts: Send + Sync {
    /// Returns the file (TrueType or OpenType) of a family; `None` if the family is unknown, in which case the bundled
    /// font is used.
    ///
    /// If there is no bold or italic face, return the regular one: it is emboldened or slanted.
    fn find(&self, wanted: &FontQuery<'_>) -> Option<Bytes>;

    /// Returns font files to search, in this order, for characters that the chosen font lacks.
    fn fallbacks(&self) -> Vec<Bytes> {
        Vec::new()
    }
}

/// A requested font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FontQuery<'a> {
    /// The family, as in the URL: `Open Sans`.
    pub family: &'a str,
    /// Whether a bold face is requested: `tg-b`.
    pub bold: bool,
    /// Whether an italic face is requested: `tg-i`.
    pub italic: bool,
}

impl<'a> FontQuery<'a> {
    /// Makes a query for the regular face of a family.
    #[must_use]
    pub const fn new(family: &'a str) -> Self {
        Self { family, bold: false, italic: false }
    }
}

/// A decoder of an additional format.
pub trait Decoder: Send + Sync {
    /// Decodes the image on a page, counted from zero, upright, in at most `max_pixels`.
    ///
    /// # Errors
    /// The file is damaged, too large, or has no such page. The response is 400 `EFORMAT`.
    fn decode(&self, file: &[u8], page: u32, max_pixels: u64) -> Result<Bitmap, BoxError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_may_be_shared_between_threads() {
        fn shared<T: Send + Sync + Clone>() {}
        shared::<Extensions>();
    }

    #[test]
    fn keys_and_models_are_not_printed() {
        struct NoFonts;
        impl Fonts for NoFonts {
            fn find(&self, _: &FontQuery<'_>) -> Option<Bytes> {
                None
            }
        }
        let printed = format!("{:?}", Extensions::new().fonts(NoFonts));
        assert_eq!(printed, "Extensions { detector: false, effector: false, fonts: true, decoders: [] }");
    }
}
