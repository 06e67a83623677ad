//! What an embedder may bring: detectors, effects, fonts, decoders and signers.
//!
//! Models and commercial fonts do not belong in a library. Whoever has them registers them once, as
//! [`Extensions`], and URLs that need them work. They are called inside
//! [`Render::run`](crate::delivery::Render::run), on the thread that runs it, and may take their time
//! there: nothing else waits. A [`Signer`] is an origin's
//! ([`Origin::signer`](crate::Origin::signer)), and must not wait.
//!
//! | Trait | URL | Without it |
//! |---|---|---|
//! | [`Detector`] | `fo-auto`, `fo-face`, `fo-car`, `fo-custom` | `fo-auto` is answered by the built-in detector, the others keep the centre |
//! | [`Effector`] | `e-bgremove`, `e-edit`, `bg-genfill`, ... | 400 `ENOTSUP`, naming the parameter |
//! | [`Fonts`] | `ff-Lato` | the bundled font |
//! | [`Decoder`] | sources in PDF, PSD, HEIC, ... | 400 `ENOTSUP`, naming the format |
//! | [`Signer`] | all whose files an origin shows to those who sign | the origin refuses, and the next one is asked |
//!
//! An effect provider in a few lines; a real one would ask a model:
//!
//! ```
//! use originkit::extend::{Effect, EffectJob, Effector, Extensions, Outcome};
//! use originkit::transform::Ai;
//!
//! /// Takes everything white for background.
//! struct WhiteIsBackground;
//!
//! impl Effector for WhiteIsBackground {
//!     fn apply(&self, mut job: EffectJob<'_>) -> Outcome {
//!         if !matches!(job.effect, Effect::Ai(Ai::RemoveBackground)) {
//!             return Outcome::Unsupported;
//!         }
//!         for pixel in job.image.rgba_mut().chunks_exact_mut(4) {
//!             if let [250..=255, 250..=255, 250..=255, alpha] = pixel {
//!                 *alpha = 0;
//!             }
//!         }
//!         Outcome::Done(job.image)
//!     }
//! }
//!
//! let extensions = Extensions::new().effector(WhiteIsBackground);
//! # #[cfg(feature = "pixels")] {
//! # let picture = b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xFF\0\0\xFF\0\0\xFF\0\0\0\xFF\0\0\0".to_vec();
//! let renderer = originkit::Renderer::new().extensions(extensions);
//! let result = renderer.render(&picture, &"e-bgremove".parse()?)?;
//! assert_eq!(result.format, originkit::Format::Png); // it has transparent pixels now
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod signer;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

pub use self::signer::Signer;
pub use crate::bitmap::Bitmap;
pub use crate::format::Format;
pub use crate::geometry::{Rect, Region, Size};
pub use crate::transform::{Ai, Object};

/// Any error of an extension.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Everything that was registered. Cheap to clone; all clones share it.
#[derive(Clone, Default)]
pub struct Extensions {
    detector: Option<Arc<dyn Detector>>,
    effector: Option<Arc<dyn Effector>>,
    fonts: Option<Arc<dyn Fonts>>,
    decoders: Vec<(Format, Arc<dyn Decoder>)>,
}

impl Extensions {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers who finds faces, objects and stored areas.
    #[must_use]
    pub fn detector(mut self, detector: impl Detector + 'static) -> Self {
        self.detector = Some(Arc::new(detector));
        self
    }

    /// Registers who carries out AI effects; of several kinds of models, dispatch on [`EffectJob::effect`].
    #[must_use]
    pub fn effector(mut self, effector: impl Effector + 'static) -> Self {
        self.effector = Some(Arc::new(effector));
        self
    }

    /// Registers who has fonts.
    #[must_use]
    pub fn fonts(mut self, fonts: impl Fonts + 'static) -> Self {
        self.fonts = Some(Arc::new(fonts));
        self
    }

    /// Registers who reads a format, also one that the crate reads itself.
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

/// Prints what is there, not what it is.
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

/// Finds what a crop should keep in sight.
///
/// Equal pictures must give equal answers, or caches hold different crops under one key.
pub trait Detector: Send + Sync {
    /// Looks for a subject. Areas are in pixels of the picture; an empty list is "not found".
    ///
    /// # Errors
    /// Whatever went wrong. The crop then keeps the centre: a detector never fails a response.
    fn find(&self, search: &Search<'_>) -> Result<Vec<Found>, BoxError>;
}

/// What a [`Detector`] is asked.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Search<'a> {
    /// The picture as the step gets it, upright.
    pub image: &'a Bitmap,
    /// What to look for.
    pub subject: &'a Subject,
    /// Path of the file it was made from, as in the URL: for areas stored with an asset.
    pub asset: &'a str,
}

/// What a crop should keep in sight.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subject {
    /// The most striking part (`fo-auto`).
    Salient,
    /// All faces (`fo-face`).
    Faces,
    /// These objects (`fo-car_dog`); the answer's [`Found::label`] says which is which. Never empty.
    Objects(Vec<Object>),
    /// The area stored with the asset (`fo-custom`).
    Custom,
}

/// An area with the subject in it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Found {
    /// Where, in pixels of the picture.
    pub area: Region,
    /// How sure, 0 to 1; of several of one kind the surest counts.
    pub score: f32,
    /// Which of the objects it is.
    pub label: Option<Object>,
}

impl Found {
    /// Something that is certainly there.
    #[must_use]
    pub const fn at(area: Region) -> Self {
        Self { area, score: 1.0, label: None }
    }
}

/// Carries out effects that need a model.
pub trait Effector: Send + Sync {
    /// Makes the picture, says that it needs more time, or why there is none.
    fn apply(&self, job: EffectJob<'_>) -> Outcome;
}

/// What an [`Effector`] is to do.
#[derive(Debug)]
#[non_exhaustive]
pub struct EffectJob<'a> {
    /// The picture as it is at this point.
    pub image: Bitmap,
    /// Which effect, with its parameters.
    pub effect: Effect<'a>,
    /// The same for the same URL: what is invented may follow from it (`e-genvar` must vary by URL).
    pub seed: u64,
    /// A result may not have more pixels.
    pub max_pixels: u64,
}

/// An effect that needs a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect<'a> {
    /// `e-bgremove` and its like.
    Ai(&'a Ai),
    /// `bg-genfill`: the picture is the whole canvas, of which only a part is known.
    GenerativeFill {
        /// What to invent, if the URL says so.
        prompt: Option<&'a str>,
        /// Where on the canvas the known part lies; all else is transparent, and wanted.
        known: Rect,
    },
}

/// What came of an effect.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The picture. Only `e-upscale` and `e-edit` may change its size.
    Done(Bitmap),
    /// Not yet: the client is told to come back (documented: 200 with `is-intermediate-response: true`).
    Pending {
        /// When to ask again.
        retry_after: Duration,
    },
    /// This effector does not do this effect.
    Unsupported,
    /// It failed; the message goes to the log, not to the client.
    Failed(BoxError),
}

/// Has fonts by name. Both methods are called for each text: keep the bytes.
pub trait Fonts: Send + Sync {
    /// The file (TrueType or OpenType) of a family; `None` for one that is unknown, which is then drawn
    /// with the bundled font.
    ///
    /// Where there is no bold or italic face, give the regular one: it is thickened or slanted.
    fn find(&self, wanted: &FontQuery<'_>) -> Option<Bytes>;

    /// Files of fonts to look into, in this order, for characters that the chosen font lacks.
    fn fallbacks(&self) -> Vec<Bytes> {
        Vec::new()
    }
}

/// Which font is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FontQuery<'a> {
    /// As in the URL: `Open Sans`.
    pub family: &'a str,
    /// `tg-b`.
    pub bold: bool,
    /// `tg-i`.
    pub italic: bool,
}

impl<'a> FontQuery<'a> {
    /// The regular face of a family.
    #[must_use]
    pub const fn new(family: &'a str) -> Self {
        Self { family, bold: false, italic: false }
    }
}

/// Reads a format that the crate does not.
pub trait Decoder: Send + Sync {
    /// The picture on a page, counted from zero, upright, in at most `max_pixels`.
    ///
    /// # Errors
    /// The file is damaged, too large, or has no such page. The answer is 400 `EFORMAT`.
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
