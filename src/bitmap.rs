//! [`Bitmap`]: the pixels that are exchanged with extensions.

use crate::geometry::Size;

/// Pixels in memory: sRGB with straight alpha, four bytes each, row by row from the top without gaps.
///
/// The crate's internal image type is not public. Extensions ([`crate::extend`]) receive and return bitmaps.
///
/// ```
/// use originkit::extend::Bitmap;
/// use originkit::plan::Size;
/// let dot = Bitmap::new(Size::new(1, 1), vec![255, 0, 0, 128]).unwrap();
/// assert_eq!(dot.pixel(0, 0), Some([255, 0, 0, 128]));
/// assert!(Bitmap::new(Size::new(2, 1), vec![0; 4]).is_none()); // a pixel is missing
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bitmap {
    size: Size,
    rgba: Vec<u8>,
}

impl Bitmap {
    /// Makes a bitmap of these bytes. Returns `None` unless there are exactly four bytes for each pixel and at least
    /// one pixel.
    #[must_use]
    pub fn new(size: Size, rgba: Vec<u8>) -> Option<Self> {
        let needed = size.pixels().checked_mul(4)?;
        // usize is at most 64 bits wide.
        (needed > 0 && needed == rgba.len() as u64).then_some(Self { size, rgba })
    }

    /// Returns the size.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// Returns all bytes: red, green, blue, alpha.
    #[must_use]
    pub fn rgba(&self) -> &[u8] {
        &self.rgba
    }

    /// Returns all bytes, mutably.
    pub fn rgba_mut(&mut self) -> &mut [u8] {
        &mut self.rgba
    }

    /// Returns all bytes and consumes the bitmap.
    #[must_use]
    pub fn into_rgba(self) -> Vec<u8> {
        self.rgba
    }

    /// Returns one pixel, or `None` outside the bitmap.
    #[must_use]
    pub fn pixel(&self, x: u32, y: u32) -> Option<[u8; 4]> {
        if x >= self.size.width || y >= self.size.height {
            return None;
        }
        let at = u64::from(y) * u64::from(self.size.width) + u64::from(x);
        let start = usize::try_from(at).ok()?.checked_mul(4)?;
        self.rgba.get(start..)?.first_chunk().copied()
    }
}
