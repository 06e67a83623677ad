//! The partitions of a lossy image (RFC 6386, 9): checks that their stated lengths fit the file.
//!
//! The decoder allocates memory for a partition of up to 16 MiB before it checks whether the file has it. It allocates
//! planes for the sides stated in the image before it compares them with those of the container.

use super::chunks::Chunks;
use crate::plan::Size;

/// Returns `true` if the image of a file has the size that its container states, and all partitions that it announces.
/// Returns `true` for lossless images. Only the first image or frame is checked, since it is the one that is decoded.
pub(super) fn are_whole(file: &[u8], size: Size) -> bool {
    let mut chunks = Chunks::of_file(file).into_iter().flat_map(Chunks::with_rest);
    let whole = match chunks.find(|(kind, _)| matches!(*kind, b"VP8 " | b"VP8L" | b"ANMF")) {
        Some((b"VP8 ", body)) => is_whole(body, size),
        Some((b"ANMF", body)) => is_whole_in_frame(body),
        _ => Some(true),
    };
    whole.unwrap_or(false)
}

fn is_whole_in_frame(frame: &[u8]) -> Option<bool> {
    /// The length of position, sides, duration and flags (RFC 9649, 2.7.1.1).
    const HEAD: usize = 16;
    let side = |at: usize| Some(le24(frame.get(at..)?)? + 1);
    let size = Size::new(side(6)?, side(9)?);
    let mut chunks = Chunks::new(frame.get(HEAD..)?).with_rest();
    match chunks.next()? {
        (b"VP8 ", body) => is_whole(body, size),
        // The decoder reads the next chunk as the image, whatever its type.
        (b"ALPH", _) => is_whole(chunks.next()?.1, size),
        _ => Some(true),
    }
}

fn is_whole(body: &[u8], size: Size) -> Option<bool> {
    /// The length of the tag, the three bytes that start a key frame, and its sides.
    const HEAD: usize = 10;
    const KEY: [u8; 3] = [0x9D, 0x01, 0x2A];
    let side = |at: usize| Some(u32::from(u16::from_le_bytes(*body.get(at..)?.first_chunk()?) & 0x3FFF));
    // An interframe has no sides, and the decoder would misread its data as sides.
    let is_key = body.first()? & 1 == 0 && body.get(3..6)? == KEY;
    if !is_key || Size::new(side(6)?, side(8)?) != size {
        return Some(false);
    }
    let first = usize::try_from(le24(body)? >> 5).ok()?;
    let (header, rest) = body.get(HEAD..)?.split_at_checked(first)?;
    let others = Bits::new(header).parts() - 1;
    let (sizes, mut rest) = rest.split_at_checked(3 * others)?;
    for size in sizes.chunks_exact(3) {
        rest = rest.get(usize::try_from(le24(size)?).ok()?..)?;
    }
    Some(true)
}

fn le24(bytes: &[u8]) -> Option<u32> {
    let [a, b, c] = *bytes.first_chunk()?;
    Some(u32::from_le_bytes([a, b, c, 0]))
}

/// A reader of the bits of a header, each with a probability of one half (RFC 6386, 7.3). Reads zeros beyond the end.
struct Bits<'a> {
    rest: std::slice::Iter<'a, u8>,
    value: u32,
    range: u32,
    /// The number of shifts since the last byte was taken.
    shifts: u32,
}

impl<'a> Bits<'a> {
    fn new(header: &'a [u8]) -> Self {
        let mut bits = Self { rest: header.iter(), value: 0, range: 255, shifts: 0 };
        bits.value = bits.byte() << 8;
        bits.value |= bits.byte();
        bits
    }

    fn byte(&mut self) -> u32 {
        self.rest.next().copied().map_or(0, u32::from)
    }

    fn bit(&mut self) -> bool {
        let split = 1 + ((self.range - 1) >> 1);
        let is_set = self.value >= split << 8;
        if is_set {
            self.value -= split << 8;
            self.range -= split;
        } else {
            self.range = split;
        }
        while self.range < 128 {
            self.value <<= 1;
            self.range <<= 1;
            self.shifts += 1;
            if self.shifts == 8 {
                self.shifts = 0;
                self.value |= self.byte();
            }
        }
        is_set
    }

    fn skip(&mut self, bits: u32) {
        (0..bits).for_each(|_| _ = self.bit());
    }

    /// Skips `count` optional numbers of `bits` bits. Each is present if the bit before it is set.
    fn skip_optional(&mut self, count: u32, bits: u32) {
        for _ in 0..count {
            if self.bit() {
                self.skip(bits);
            }
        }
    }

    /// Returns the number of partitions with coefficients: 1, 2, 4 or 8 (RFC 6386, 19.2).
    fn parts(mut self) -> usize {
        // Colour space and clamping.
        self.skip(2);
        // Segmentation.
        if self.bit() {
            let (has_map, has_data) = (self.bit(), self.bit());
            if has_data {
                self.skip(1);
                self.skip_optional(4, 8);
                self.skip_optional(4, 7);
            }
            if has_map {
                self.skip_optional(3, 8);
            }
        }
        // The loop filter: type, level, sharpness, and adjustments.
        self.skip(10);
        if self.bit() && self.bit() {
            self.skip_optional(8, 7);
        }
        let (two, one) = (self.bit(), self.bit());
        1 << (usize::from(two) * 2 + usize::from(one))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::codec::webp::chunks::write_chunk;

    /// The header of an image of 20x14 as libwebp writes it, except for two bits: it has four partitions.
    const HEADER: [u8; 28] = [
        0x6E, 0x2D, 0x70, 0x6E, 0x67, 0xED, 0x3E, 0x42, 0xB7, 0x56, 0xA9, 0xA2, 0xA6, 0xA4, 0x18, 0x01, 0x30, 0x1D,
        0x89, 0x6C, 0x00, 0x9D, 0x32, 0x50, 0x13, 0x20, 0x4C, 0x00,
    ];

    const SIZE: Size = Size::new(20, 14);

    fn image(first: u32, behind: &[u8]) -> Vec<u8> {
        let tag = (first << 5 | 0x10).to_le_bytes();
        [&tag[..3], &[0x9D, 0x01, 0x2A, 20, 0, 14, 0], &HEADER, behind].concat()
    }

    fn file(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut file = b"RIFF\xFF\0\0\0WEBP".to_vec();
        chunks.iter().for_each(|(kind, body)| write_chunk(&mut file, kind, body));
        file
    }

    fn frame(image: &[u8]) -> Vec<u8> {
        let mut frame = [0, 0, 0, 0, 0, 0, 19, 0, 0, 13, 0, 0, 40, 0, 0, 0].to_vec();
        write_chunk(&mut frame, b"VP8 ", image);
        frame
    }

    #[test]
    fn parts_are_there_or_not() {
        let parts = Bits::new(&HEADER).parts();
        assert!(parts > 1, "{parts}");
        let sizes = [2, 0, 0].repeat(parts - 1);
        let bodies = vec![9; 2 * (parts - 1)];
        let whole = [&sizes[..], &bodies].concat();
        let huge = [&[0, 0, 0xFF], &whole[3..]].concat();
        for (image, want) in [
            (image(28, &whole), true),
            (image(28, &whole[..whole.len() - 1]), false),
            (image(500_000, &whole), false),
            (image(28, &huge), false),
            (image(28, &[]), false),
        ] {
            assert_eq!(are_whole(&file(&[(b"VP8 ", &image)]), SIZE), want);
            // A second image is not read.
            assert_eq!(are_whole(&file(&[(b"VP8 ", &image), (b"VP8 ", b"abc")]), SIZE), want);
            assert_eq!(are_whole(&file(&[(b"ANMF", &frame(&image))]), SIZE), want);
            let behind_alpha = [&frame(&image)[..16], b"ALPH\x01\0\0\0\0\0VP4 ", &frame(&image)[20..]].concat();
            assert_eq!(are_whole(&file(&[(b"ANMF", &behind_alpha)]), SIZE), want);
            // An interframe, and one without a valid start code.
            for (at, bit) in [(0, 1), (3, 0x80), (5, 1)] {
                let mut other = image.clone();
                other[at] ^= bit;
                assert!(!are_whole(&file(&[(b"VP8 ", &other)]), SIZE));
                assert!(!are_whole(&file(&[(b"ANMF", &frame(&other))]), SIZE));
            }
            // Sides that differ from those of the container.
            assert!(!are_whole(&file(&[(b"VP8 ", &image)]), Size::new(20, 15)));
            let mut other = frame(&image);
            other[6] = 99;
            assert!(!are_whole(&file(&[(b"ANMF", &other)]), SIZE));
        }
        assert!(are_whole(&file(&[(b"VP8L", b"abc"), (b"VP8 ", b"abc")]), SIZE));
    }
}
