//! [`Edit`]: one comma-separated set of parameters, and the values that belong to its frame.

use super::crop::Placing;
use super::effect::Effects;
use super::encoding::Encoding;
use super::expr::Expr;
use super::layer::Layer;
use super::paint::Paint;
use super::text::TextStyle;
use crate::number::Number;
use crate::path::AssetPath;

/// A set of parameters that act together, followed by layers that are drawn in order.
///
/// The written order of the parameters has no meaning: the order in which they act is fixed. If a parameter is
/// repeated, its last value counts. Fields are grouped by their subject; each names its URL key.
///
/// ```
/// use originkit::transform::{Step, Transformation};
/// let t: Transformation = "w-300,h-200,fo-left".parse()?;
/// let Some(Step::Edit(edit)) = t.steps.first() else { unreachable!() };
/// assert!(edit.sizing.width.is_some() && edit.placing.focus.is_some());
/// # Ok::<(), originkit::error::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Edit {
    /// `n`: a stored transformation that this edit starts from.
    pub named: Option<Name>,
    /// `pg`: the pages, frames or layers of the source.
    pub page: Option<Pages>,
    /// `t`: removal of borders of one colour.
    pub trim: Option<Trim>,
    /// `w`, `h`, `ar`, `dpr`: the requested size.
    pub sizing: Sizing,
    /// `c`, `cm`, `fo`, `x`, `y`, `xc`, `yc`, `z`: the crop and its position.
    pub placing: Placing,
    /// `fl`: mirroring.
    pub flip: Option<Flip>,
    /// `rt`: rotation.
    pub rotation: Option<Rotation>,
    /// `bg`, `b`, `r`, `o`: background, border, corners and opacity.
    pub paint: Paint,
    /// `bl`, `cr` and everything that starts with `e-`: effects.
    pub effects: Effects,
    /// `fs`, `ff`, `co`, `ia`, `pa`, `al`, `tg`, `lh`: the text style, only inside text layers (`al` in canvases too).
    pub text: TextStyle,
    /// `l-...,l-end`, drawn in this order after everything else of the edit.
    pub layers: Vec<Layer>,
    /// `f`, `q`, `lo`, `pr`, `cp`, `md`, `dn`, `c2pa`, `orig`: settings of the output.
    pub encoding: Encoding,
    /// `di`: the image to use if the asset is not found.
    pub default_image: Option<AssetPath>,
}

/// The requested size: `w`, `h`, `ar`, `dpr`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Sizing {
    /// `w`: the width.
    pub width: Option<Length>,
    /// `h`: the height.
    pub height: Option<Length>,
    /// `ar`: the ratio of width to height, used if only one of the two is given.
    pub aspect: Option<Aspect>,
    /// `dpr`: a factor on width and height.
    pub dpr: Option<Dpr>,
}

/// A width or a height.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Length {
    /// `w-300`: pixels, at least 1 and at most 65535.
    Px(Number),
    /// `w-0.4`: a share of the step's input on the same axis, between 0 and 1.
    Share(Number),
    /// `w-auto`: the width from the browser's client hint. Not for `h`.
    Auto,
    /// `w-iw_div_2`: computed from variables.
    Expr(Expr),
}

/// A ratio of width to height.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Aspect {
    /// `ar-4-3`, `ar-4_3`, and `ar-1.5`, which is 1.5 to 1. Both parts are above zero.
    Ratio(Number, Number),
    /// `ar-car_mul_0.5`: computed from variables.
    Expr(Expr),
}

/// A factor on width and height for dense screens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dpr {
    /// `dpr-2`: from 0.1 to 5.
    Factor(Number),
    /// `dpr-auto`: the ratio from the browser's client hint.
    Auto,
    /// `dpr-ih_div_500`: computed from variables.
    Expr(Expr),
}

/// `t`: removal of borders of one colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Trim {
    /// `t-true`: with the default threshold of 10 percent.
    On,
    /// `t-false`: off. Useful in layers, which are trimmed by default.
    Off,
    /// `t-15`: pixels within this percentage of the corner's colour count as border, 1 to 99.
    Percent(u8),
}

/// `fl`: mirroring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Flip {
    /// `fl-h`: left and right swapped.
    Horizontal,
    /// `fl-v`: top and bottom swapped.
    Vertical,
    /// `fl-h_v` and `fl-v_h`: both.
    Both,
}

/// `rt`: rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rotation {
    /// `rt-auto`: as given by the EXIF orientation.
    Auto,
    /// `rt-90`, `rt-N40`: degrees clockwise.
    Degrees(Number),
}

/// `pg`: the pages, frames or layers of the source to use.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pages {
    /// `pg-2`, `pg-2-4_6-`: by number, starting at 1. Never empty.
    Numbers(Vec<PageRange>),
    /// `pg-name-"sky"_"sea"`: layers of a PSD by name. Never empty.
    Names(Vec<String>),
}

/// A range of pages, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a range has two ends")]
pub struct PageRange {
    /// The first page, at least 1.
    pub first: u32,
    /// The last page; `None` means up to the end (`pg-3-`).
    pub last: Option<u32>,
}

/// The name of a stored transformation: letters, digits, `_` and `-`.
///
/// ```
/// use originkit::transform::Name;
/// assert!(Name::new("thumb_2-small").is_some());
/// assert!(Name::new("no.dots").is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// Makes a name; `None` if it is empty or has another character.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let fine = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        fine.then(|| Self(name.to_owned()))
    }

    /// Returns the name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
