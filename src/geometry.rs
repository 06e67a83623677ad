//! Sizes, points and rectangles, with the one rounding rule of the crate.
//!
//! Lengths are pixels, `y` grows downwards. Rounding is half up and never below one pixel
//! ([`round`]): the rule that reproduces the numbers printed in ImageKit's documentation
//! (640x865 with `w-300,h-200,c-at_max` is 148x200, with `c-at_least` 300x405).

use std::fmt;

/// A width and a height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "complete by definition")]
pub struct Size {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl Size {
    /// Makes a size of `width` by `height` pixels.
    #[must_use]
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// Returns width times height, which always fits.
    #[must_use]
    pub const fn pixels(self) -> u64 {
        // u32 * u32 fits u64.
        (self.width as u64) * (self.height as u64)
    }

    /// Returns the size with width and height swapped.
    #[must_use]
    pub const fn transpose(self) -> Self {
        Self { width: self.height, height: self.width }
    }

    /// Returns width divided by height.
    #[must_use]
    pub fn ratio(self) -> f64 {
        f64::from(self.width) / f64::from(self.height.max(1))
    }
}

/// Prints as `300x200`.
impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

/// A position in pixels, which may be outside the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_structs, reason = "complete by definition")]
pub struct Point {
    /// Pixels from the left edge.
    pub x: i64,
    /// Pixels from the top edge.
    pub y: i64,
}

/// A rectangle of whole pixels inside an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "complete by definition")]
pub struct Rect {
    /// Pixels from the left edge.
    pub x: u32,
    /// Pixels from the top edge.
    pub y: u32,
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl Rect {
    /// Returns the rectangle that covers all of `size`.
    #[must_use]
    pub const fn full(size: Size) -> Self {
        Self { x: 0, y: 0, width: size.width, height: size.height }
    }

    /// Returns the width and the height.
    #[must_use]
    pub const fn size(self) -> Size {
        Size { width: self.width, height: self.height }
    }

    /// Returns the smallest rectangle that contains both.
    #[cfg(feature = "pixels")]
    pub(crate) fn union(self, other: Self) -> Self {
        let axis = |at: u32, length: u32, other_at: u32, other_length: u32| {
            let start = at.min(other_at);
            let end = at.saturating_add(length).max(other_at.saturating_add(other_length));
            (start, end - start)
        };
        let (x, width) = axis(self.x, self.width, other.x, other.width);
        let (y, height) = axis(self.y, self.height, other.y, other.height);
        Self { x, y, width, height }
    }

    /// Returns `true` if the rectangle contains at least one pixel and is inside an image of this size.
    #[must_use]
    pub fn fits(self, size: Size) -> bool {
        let inside =
            |at: u32, length: u32, all: u32| length > 0 && at.checked_add(length).is_some_and(|end| end <= all);
        inside(self.x, self.width, size.width) && inside(self.y, self.height, size.height)
    }
}

/// Prints as `300x200+10+20`.
impl fmt::Display for Rect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}+{}+{}", self.width, self.height, self.x, self.y)
    }
}

/// A rectangle with fractional edges: the region that a resampling reads.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "complete by definition")]
pub struct Region {
    /// Pixels from the left edge.
    pub x: f64,
    /// Pixels from the top edge.
    pub y: f64,
    /// Pixels from left to right.
    pub width: f64,
    /// Pixels from top to bottom.
    pub height: f64,
}

impl Region {
    /// Returns the region that covers all of `size`.
    #[must_use]
    pub fn full(size: Size) -> Self {
        Rect::full(size).into()
    }

    /// Returns the smallest region that contains both.
    pub(crate) fn union(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let width = (self.x + self.width).max(other.x + other.width) - x;
        let height = (self.y + self.height).max(other.y + other.height) - y;
        Self { x, y, width, height }
    }

    /// Returns the region as whole pixels, or `None` if an edge is between pixels.
    pub(crate) fn to_rect(self) -> Option<Rect> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "compared with the original")]
        let whole = Rect { x: self.x as u32, y: self.y as u32, width: self.width as u32, height: self.height as u32 };
        (Self::from(whole) == self).then_some(whole)
    }

    /// Returns `true` if the region is exactly the whole of `size`.
    #[must_use]
    pub fn covers(self, size: Size) -> bool {
        self == Self::full(size)
    }
}

impl From<Rect> for Region {
    fn from(r: Rect) -> Self {
        Self { x: r.x.into(), y: r.y.into(), width: r.width.into(), height: r.height.into() }
    }
}

/// Prints like [`Rect`], with up to two decimals: `666.67x500+66.67+0`.
impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |v: f64| (v * 100.0).round() / 100.0;
        write!(f, "{}x{}+{}+{}", short(self.width), short(self.height), short(self.x), short(self.y))
    }
}

/// Rounds a length to pixels: half up, at least one pixel, at most `u32::MAX`.
///
/// NaN becomes one pixel.
///
/// ```
/// use originkit::plan::round;
/// assert_eq!(round(147.98), 148);
/// assert_eq!(round(112.5), 113);
/// assert_eq!(round(0.2), 1);
/// ```
#[must_use]
pub fn round(length: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "float to integer casts saturate, NaN is zero"
    )]
    let whole = (length + 0.5).floor() as u32;
    whole.max(1)
}

/// The EXIF orientation tag, 1 to 8: how to turn the stored pixels for viewing.
///
/// Each value names the operation to apply to the *stored* image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_enums, reason = "EXIF 2.32 defines these eight")]
pub enum Orientation {
    /// 1: no change.
    #[default]
    Upright,
    /// 2: mirror left-right.
    MirrorHorizontal,
    /// 3: turn 180 degrees.
    Rotate180,
    /// 4: mirror top-bottom.
    MirrorVertical,
    /// 5: mirror left-right, then turn 270 degrees clockwise.
    MirrorRotate270,
    /// 6: turn 90 degrees clockwise.
    Rotate90,
    /// 7: mirror left-right, then turn 90 degrees clockwise.
    MirrorRotate90,
    /// 8: turn 270 degrees clockwise.
    Rotate270,
}

impl Orientation {
    /// Reads the EXIF tag. Any value other than 1 to 8 counts as upright.
    #[must_use]
    pub const fn from_exif(tag: u16) -> Self {
        match tag {
            2 => Self::MirrorHorizontal,
            3 => Self::Rotate180,
            4 => Self::MirrorVertical,
            5 => Self::MirrorRotate270,
            6 => Self::Rotate90,
            7 => Self::MirrorRotate90,
            8 => Self::Rotate270,
            _ => Self::Upright,
        }
    }

    /// Returns the EXIF tag, 1 to 8.
    #[must_use]
    pub const fn to_exif(self) -> u16 {
        match self {
            Self::Upright => 1,
            Self::MirrorHorizontal => 2,
            Self::Rotate180 => 3,
            Self::MirrorVertical => 4,
            Self::MirrorRotate270 => 5,
            Self::Rotate90 => 6,
            Self::MirrorRotate90 => 7,
            Self::Rotate270 => 8,
        }
    }

    /// Returns the region of the stored image, of size `stored`, that becomes the region `turned` of the turned image.
    #[cfg(feature = "pixels")]
    pub(crate) fn before(self, turned: Region, stored: Size) -> Region {
        let Region { x, y, width, height } = turned;
        // Counted from the right and from the bottom of the stored image.
        let from_right = |at: f64, length: f64| f64::from(stored.width) - at - length;
        let from_bottom = |at: f64, length: f64| f64::from(stored.height) - at - length;
        match self {
            Self::Upright => turned,
            Self::MirrorHorizontal => Region { x: from_right(x, width), ..turned },
            Self::MirrorVertical => Region { y: from_bottom(y, height), ..turned },
            Self::Rotate180 => Region { x: from_right(x, width), y: from_bottom(y, height), ..turned },
            Self::MirrorRotate270 => Region { x: y, y: x, width: height, height: width },
            Self::Rotate90 => Region { x: y, y: from_bottom(x, width), width: height, height: width },
            Self::MirrorRotate90 => {
                Region { x: from_right(y, height), y: from_bottom(x, width), width: height, height: width }
            }
            Self::Rotate270 => Region { x: from_right(y, height), y: x, width: height, height: width },
        }
    }

    /// Returns the size of the image after turning.
    #[must_use]
    pub const fn apply(self, stored: Size) -> Size {
        match self {
            Self::MirrorRotate270 | Self::Rotate90 | Self::MirrorRotate90 | Self::Rotate270 => stored.transpose(),
            _ => stored,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_half_up_and_never_to_nothing() {
        for (value, want) in
            [(405.47, 405), (739.88, 740), (337.5, 338), (0.0, 1), (-4.0, 1), (f64::NAN, 1), (1e300, u32::MAX)]
        {
            assert_eq!(round(value), want, "{value}");
        }
    }

    #[test]
    fn a_rectangle_knows_whether_it_fits() {
        let size = Size::new(10, 10);
        assert!(Rect { x: 9, y: 0, width: 1, height: 10 }.fits(size));
        assert!(!Rect { x: 10, y: 0, width: 1, height: 1 }.fits(size));
        assert!(!Rect { x: u32::MAX, y: 0, width: 2, height: 1 }.fits(size));
        assert!(!Rect { x: 0, y: 0, width: 0, height: 1 }.fits(size));
    }

    #[cfg(feature = "pixels")]
    #[test]
    fn a_union_holds_both_and_no_more() {
        let rect = |x, y, width, height| Rect { x, y, width, height };
        for (a, b, want) in [
            (rect(1, 2, 3, 4), rect(2, 3, 1, 1), rect(1, 2, 3, 4)),
            (rect(1, 9, 3, 1), rect(6, 2, 2, 2), rect(1, 2, 7, 8)),
            (rect(5, 0, u32::MAX, 1), rect(1, 0, 1, 1), rect(1, 0, u32::MAX - 1, 1)),
        ] {
            assert_eq!((a.union(b), b.union(a)), (want, want), "{a} {b}");
            let region = Region::from(a).union(b.into());
            assert!(a.x.checked_add(a.width).is_none() || region == want.into(), "{region}");
        }
    }

    #[test]
    fn orientation_tags_round_trip() {
        for tag in 1..=8 {
            assert_eq!(Orientation::from_exif(tag).to_exif(), tag);
        }
        assert_eq!(Orientation::from_exif(0), Orientation::Upright);
        assert_eq!(Orientation::Rotate90.apply(Size::new(4, 3)), Size::new(3, 4));
    }
}
