//! Properties of an item or a track: size, clean aperture, orientation and colour.

use super::boxes::Reader;
use crate::plan::{Orientation, Rect, Size};

/// The properties of an image.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    /// The stored size, before cropping.
    pub(crate) stored: Option<Size>,
    clap: Option<[u32; 8]>,
    pub(crate) orientation: Orientation,
    pub(crate) meaning: Meaning,
}

/// The conversion of samples to colours, as stated by the container. Missing values are taken from the AV1 data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Meaning {
    /// The matrix coefficients, a number of ITU-T H.273.
    pub(crate) matrix: Option<u16>,
    pub(crate) full_range: Option<bool>,
    /// The primaries and the transfer function, numbers of ITU-T H.273.
    pub(crate) space: Option<[u16; 2]>,
    /// A profile of the International Color Consortium, which takes precedence.
    pub(crate) icc: Option<Vec<u8>>,
}

impl Facts {
    /// Reads properties. Returns `None` if one is cut short.
    pub(crate) fn read<'a>(properties: impl Iterator<Item = ([u8; 4], Reader<'a>)>) -> Option<Self> {
        let (mut stored, mut clap, mut meaning) = (None, None, Meaning::default());
        let (mut turns, mut mirror) = (0, None);
        for (kind, mut body) in properties {
            match &kind {
                b"ispe" => {
                    body.version()?;
                    stored = Some(Size::new(body.number(4)?, body.number(4)?));
                }
                b"clap" => {
                    let mut numbers = [0; 8];
                    for number in &mut numbers {
                        *number = body.number(4)?;
                    }
                    clap = Some(numbers);
                }
                b"irot" => turns = body.number(1)? & 3,
                b"imir" => mirror = Some(body.number(1)? & 1),
                b"colr" => match &body.kind()? {
                    b"nclx" => {
                        meaning.space = Some([body.short()?, body.short()?]);
                        meaning.matrix = Some(body.short()?);
                        meaning.full_range = Some(body.number(1)? & 0x80 != 0);
                    }
                    b"prof" | b"rICC" => meaning.icc = Some(body.0.to_vec()),
                    _ => {}
                },
                _ => {}
            }
        }
        Some(Self { stored, clap, orientation: orientation(turns, mirror), meaning })
    }

    /// Returns the clean aperture of an image of this size, if it is within the image.
    ///
    /// An aperture that is not, or that cuts through pixels, is ignored, as in browsers.
    pub(crate) fn aperture(&self, size: Size) -> Option<Rect> {
        let [w, w_below, h, h_below, x, x_below, y, y_below] = self.clap?;
        let side = |above: u32, below: u32| {
            (below > 0 && above.is_multiple_of(below)).then(|| above / below).filter(|side| *side > 0)
        };
        // The offset is measured from centre to centre (14496-12, 12.1.4).
        let start = |whole: u32, part: u32, offset: u32, below: u32| {
            let below = i64::from(below);
            let twice = (i64::from(whole) - i64::from(part)) * below + 2 * i64::from(offset.cast_signed());
            let fits = below > 0 && twice >= 0 && twice % (2 * below) == 0;
            let start = u32::try_from(if fits { twice / (2 * below) } else { -1 }).ok()?;
            (start.checked_add(part)? <= whole).then_some(start)
        };
        let (width, height) = (side(w, w_below)?, side(h, h_below)?);
        Some(Rect {
            x: start(size.width, width, x, x_below)?,
            y: start(size.height, height, y, y_below)?,
            width,
            height,
        })
    }
}

/// Combines counter-clockwise quarter turns with a mirroring that follows them: 0 swaps top and bottom, 1 left and
/// right.
fn orientation(turns: u32, mirror: Option<u32>) -> Orientation {
    let tag = match (turns, mirror) {
        (0, None) => 1,
        (1, None) => 8,
        (2, None) => 3,
        (_, None) => 6,
        (0, Some(0)) | (2, Some(1..)) => 4,
        (0 | 2, Some(_)) => 2,
        (1, Some(0)) | (3.., Some(1..)) => 5,
        (_, Some(_)) => 7,
    };
    Orientation::from_exif(tag)
}
