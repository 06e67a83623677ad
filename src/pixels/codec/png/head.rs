//! The chunks before the pixels (W3C PNG, 11.2 and 11.3).

use super::chunks::{Chunks, be32};
use crate::limits::Limits;
use crate::pixels::codec::metadata::inflate;
use crate::pixels::color::Profile;
use crate::plan::Size;

/// The contents of the chunks before the pixels. If a chunk occurs several times, the first counts, as in browsers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Head<'a> {
    pub(crate) size: Size,
    /// The resolution in dots per inch.
    pub(crate) density: Option<f64>,
    /// The first block of EXIF. A block after the pixels comes too late to affect the orientation, as in browsers.
    pub(crate) exif: Option<&'a [u8]>,
    /// The data of `iCCP`, still compressed.
    icc: Option<&'a [u8]>,
    /// `cICP`: primaries, transfer, matrix, full range.
    cicp: Option<[u8; 4]>,
    /// Whether there is an `sRGB` chunk.
    srgb: bool,
    /// `gAMA`, in units of 1/100000.
    gamma: Option<u32>,
    /// `cHRM`: x and y of white, red, green and blue, in units of 1/100000.
    primaries: Option<[u32; 8]>,
}

impl<'a> Head<'a> {
    /// Reads `IHDR`, which comes first, and the chunks up to the pixels.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut chunks = Chunks::of_file(bytes)?.sound();
        let (kind, body) = chunks.next()?;
        let mut head = Self {
            size: Size::new(be32(body, 0)?, be32(body, 4)?),
            density: None,
            exif: None,
            icc: None,
            cicp: None,
            srgb: false,
            gamma: None,
            primaries: None,
        };
        if kind != b"IHDR" {
            return None;
        }
        for (kind, body) in chunks.take_while(|(kind, _)| *kind != b"IDAT") {
            match kind {
                b"pHYs" => head.density = density(body),
                b"eXIf" => head.exif = head.exif.or(Some(body)),
                b"iCCP" => head.icc = head.icc.or(Some(body)),
                b"cICP" => head.cicp = head.cicp.or(body.try_into().ok()),
                b"sRGB" => head.srgb = true,
                b"gAMA" => head.gamma = head.gamma.or(be32(body, 0)),
                b"cHRM" if head.primaries.is_none() => {
                    let mut numbers = [0; 8];
                    for (index, number) in numbers.iter_mut().enumerate() {
                        *number = be32(body, index * 4).unwrap_or_default();
                    }
                    head.primaries = (body.len() == 32).then_some(numbers);
                }
                _ => {}
            }
        }
        Some(head)
    }

    /// Returns the colour space: `cICP` takes precedence over `iCCP`, and that over `gAMA` (third edition, 4.3).
    pub(crate) fn profile(&self, limits: &Limits) -> Option<Profile> {
        if let Some(profile) = self.cicp.and_then(Profile::from_code_points) {
            return Some(profile);
        }
        if let Some(profile) = self.icc.and_then(|body| inflated(body, limits)).and_then(Profile::read) {
            return Some(profile);
        }
        Profile::from_gamma(self.gamma.filter(|_| !self.srgb)?, self.primaries)
    }
}

/// Inflates the profile of an `iCCP` chunk. The chunk holds a name of 1 to 79 bytes, a zero, and the compression
/// method, of which there is only one.
fn inflated(body: &[u8], limits: &Limits) -> Option<Vec<u8>> {
    let (name, rest) = split(body)?;
    if !(1..=79).contains(&name.len()) {
        return None;
    }
    inflate(rest.strip_prefix(&[0])?, limits.profile_bytes)
}

/// Splits bytes at the first zero.
pub(crate) fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == 0)?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}

/// Returns the dots per inch from a `pHYs` chunk, which holds dots per metre.
fn density(body: &[u8]) -> Option<f64> {
    let per_metre = f64::from(be32(body, 0)?);
    (body.get(8) == Some(&1) && per_metre > 0.0).then_some(per_metre * INCH)
}

pub(crate) const INCH: f64 = 0.0254;

#[cfg(test)]
mod tests {
    use super::super::chunks::write_chunk;
    use super::*;

    #[test]
    fn reads_size_and_density() {
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, body) in [
            (b"IHDR", &b"\0\0\0\x05\0\0\0\x04\x08\x02\0\0\0"[..]),
            (b"pHYs", b"\0\0\x0B\x13\0\0\x0B\x13\x01"),
            (b"IDAT", b""),
        ] {
            write_chunk(&mut file, kind, body);
        }
        let head = Head::read(&file).unwrap();
        assert_eq!(head.size, Size::new(5, 4));
        assert_eq!(head.density.map(f64::round), Some(72.0));
        assert_eq!(Head::read(&file[..20]), None);
        // A chunk with a wrong checksum is ignored.
        let crc = file.len() - 13;
        file[crc] ^= 1;
        assert_eq!(Head::read(&file).unwrap().density, None);
    }
}
