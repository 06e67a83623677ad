//! [`Parameter`]: a key of the language, and where it may stand.

/// A parameter of the transformation language, from the table that parser and printer are made of.
///
/// ```
/// use originkit::transform::{ParameterPlace, Transformation};
/// let radius = Transformation::parameters().find(|it| it.key == "r").unwrap();
/// assert!(radius.places.contains(&ParameterPlace::Base));
/// assert_eq!(Transformation::parameters().filter(|it| it.key.starts_with("e-")).count(), 16);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parameter {
    /// The key in URLs: `w`, `e-shadow`.
    pub key: &'static str,
    /// The places where it may stand.
    pub places: &'static [ParameterPlace],
    /// The words that its value may begin with, for suggestions. Empty if it takes none, or only `true` and `false`.
    pub words: &'static [&'static str],
}

/// A place in a transformation at which a parameter may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParameterPlace {
    /// Outside layers.
    Base,
    /// In a layer `l-image` or `l-video`.
    Image,
    /// In a layer `l-image,i-ik_canvas`.
    Canvas,
    /// In a layer `l-text`.
    Text,
    /// In a layer `l-subtitles`.
    Subtitles,
}
