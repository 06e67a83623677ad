//! [`Layer`]: an image, block or text that is drawn over an image.

use super::Transformation;
use super::crop::Gravity;
use super::expr::Expr;
use crate::number::Number;
use crate::path::AssetPath;

/// A layer: `l-image,i-logo.png,w-100,lfo-top_right,l-end`.
///
/// A layer inherits nothing from its base and passes nothing on to it. Layers nest, because their steps hold edits and
/// edits hold layers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Layer {
    /// The content that is drawn.
    pub content: Content,
    /// The steps that are applied to the content before it is drawn.
    pub steps: Transformation,
    /// The position; evaluated last, independent of where it was written.
    pub place: Place,
    /// `lm`: the blend mode with the content below. Without one, the layer covers it.
    pub blend: Option<Blend>,
}

/// `l-<type>` with its `i` or `ie`.
///
/// Both spellings of an input give the same value. Printing uses the plain spelling if it can hold the input.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Content {
    /// `l-image`: another image.
    Image(AssetPath),
    /// `l-image,i-ik_canvas`: a block of one colour or a gradient.
    Canvas,
    /// `l-text`: a text.
    Text(String),
    /// `l-video`: only for video, refused on images.
    Video(AssetPath),
    /// `l-subtitles`: only for video, refused on images.
    Subtitles(AssetPath),
}

/// The position of a layer in its base.
///
/// An overridden part is absent after reading: `focus` if there is an `x` or `y`, `anchor` if there is neither.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Place {
    /// `lx` or `lxc`: the horizontal position.
    pub x: Option<Position>,
    /// `ly` or `lyc`: the vertical position.
    pub y: Option<Position>,
    /// `lap`: the point of the base from which `x` and `y` count; the top left corner by default.
    pub anchor: Option<Gravity>,
    /// `lfo`: a side, a corner or the centre of the base; the centre by default.
    pub focus: Option<Gravity>,
}

/// A position on one axis.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "edge or centre, as in the grammar")]
pub enum Position {
    /// `lx`, `ly`: the position of the layer's left or top edge.
    Edge(Offset),
    /// `lxc`, `lyc`: the position of the layer's centre.
    Center(Offset),
}

/// A distance from one of the two edges of the base.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "either edge, or computed")]
pub enum Offset {
    /// `lx-10`: from the left or top, zero or more.
    Near(Number),
    /// `lx-N10`, `lx-N0`: between the right edges or between the bottom edges, zero or more.
    Far(Number),
    /// `lx-bw_div_8`: from the left or top if positive, otherwise between the far edges.
    Expr(Expr),
}

/// `lm`: the blend mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Blend {
    /// `multiply`: the colours are multiplied.
    Multiply,
    /// `displace`: the layer moves the pixels below it.
    Displace,
    /// `cutout`: the layer cuts a hole.
    Cutout,
    /// `cutter`: only the part under the layer is kept.
    Cutter,
}
