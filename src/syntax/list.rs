//! The list of parameters, for programs that show them.

use super::params::{KEYS, OF_LAYER, places};
use super::suggest;
use crate::transform::{Parameter, ParameterPlace, Transformation};

impl Transformation {
    /// Returns every parameter for images, in canonical order: first those of edits, then those of a layer itself, such
    /// as `lx`. Words of the grammar (`l-`, `if-`) and parameters for video are not among them.
    pub fn parameters() -> impl Iterator<Item = Parameter> {
        let of_edits = KEYS.iter().map(|key| (*key, places(key)));
        let of_layers = OF_LAYER.iter().map(|key| (*key, IN_LAYERS));
        of_edits.chain(of_layers).map(|(key, places)| Parameter { key, places, words: suggest::words(key) })
    }
}

/// The places of the parameters of a layer itself.
const IN_LAYERS: &[ParameterPlace] =
    &[ParameterPlace::Image, ParameterPlace::Canvas, ParameterPlace::Text, ParameterPlace::Subtitles];
