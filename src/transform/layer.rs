//! [`Layer`]: a picture, block or text drawn over another picture.

use super::Transformation;
use super::crop::Gravity;
use super::expr::Expr;
use crate::number::Number;
use crate::path::AssetPath;

/// `l-image,i-logo.png,w-100,lfo-top_right,l-end`.
///
/// Nothing of the base leaks in and nothing leaks out. Layers nest, because their steps hold edits
/// and edits hold layers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Layer {
    /// What is drawn.
    pub content: Content,
    /// What is done to it first.
    pub steps: Transformation,
    /// Where it goes; evaluated last, wherever it was written.
    pub place: Place,
    /// `lm`: how it mixes with what is below; without it, it covers.
    pub blend: Option<Blend>,
}

/// `l-<type>` with its `i` or `ie`.
///
/// Both spellings of an input are one value; printing picks the plain one where it can hold it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Content {
    /// `l-image`: another image.
    Image(AssetPath),
    /// `l-image,i-ik_canvas`: a block of one colour or a gradient.
    Canvas,
    /// `l-text`.
    Text(String),
    /// `l-video`: only for video, refused on pictures.
    Video(AssetPath),
    /// `l-subtitles`: only for video, refused on pictures.
    Subtitles(AssetPath),
}

/// Where a layer goes in its base.
///
/// As read, an overruled part is absent: `focus` beside `x` or `y`, `anchor` without either.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Place {
    /// `lx` or `lxc`.
    pub x: Option<Position>,
    /// `ly` or `lyc`.
    pub y: Option<Position>,
    /// `lap`: the point of the base that `x` and `y` count from; its top left by default.
    pub anchor: Option<Gravity>,
    /// `lfo`; the centre by default.
    pub focus: Option<Gravity>,
}

/// A position on one axis.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "edge or centre, as in the grammar")]
pub enum Position {
    /// `lx`, `ly`: of the layer's left or top edge.
    Edge(Offset),
    /// `lxc`, `lyc`: of its centre.
    Center(Offset),
}

/// A distance from one of the two edges of the base.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "either edge, or computed")]
pub enum Offset {
    /// `lx-10`: from the left or top, zero or more.
    Near(Number),
    /// `lx-N10`, `lx-N0`: between the right or bottom edges, zero or more.
    Far(Number),
    /// `lx-bw_div_8`: from the left or top where positive, else between the far edges.
    Expr(Expr),
}

/// `lm`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Blend {
    /// `multiply`.
    Multiply,
    /// `displace`: the layer moves the pixels below it.
    Displace,
    /// `cutout`: the layer cuts a hole.
    Cutout,
    /// `cutter`: only what is under the layer stays.
    Cutter,
}
