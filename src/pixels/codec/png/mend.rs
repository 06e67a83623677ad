//! Files that the decoder refuses and browsers show.
//!
//! Two roads, both taken only where the plain one is closed. A [`mended`] file has what matters of another one: chunks
//! that stand where they belong, checksums that fit, an end. Of a file whose pixels end early, [`partly`] reads as many
//! as there are.

use std::borrow::Cow;
use std::cell::Cell;

use png::{ColorType, Decoder, Transformations};

use super::chunks::{Chunks, SIGNATURE, write_chunk};
use super::flat::{ADAM7, Flat, Lines};
use crate::pixels::base::memory;

/// The file for a decoder: itself, or a copy of what matters to it if its chunks are not as they should be, or in any
/// case if `anyway`.
pub(crate) fn mended(bytes: &[u8], anyway: bool) -> Cow<'_, [u8]> {
    let Some(chunks) = Chunks::of_file(bytes) else { return Cow::Borrowed(bytes) };
    if anyway || is_odd(chunks) {
        rebuilt(bytes).map_or(Cow::Borrowed(bytes), Cow::Owned)
    } else {
        Cow::Borrowed(bytes)
    }
}

/// Returns `true` for a file whose end is missing, whose pixels are interrupted, or whose table of opacities is longer
/// than that of colours.
fn is_odd(mut chunks: Chunks<'_>) -> bool {
    let (mut colors, mut data) = (0, 0_u8);
    let mut last = false;
    for (kind, body) in chunks.by_ref() {
        match kind {
            b"IEND" => return false,
            b"PLTE" => colors = body.len() / 3,
            b"tRNS" if colors > 0 && body.len() > colors => return true,
            _ => {}
        }
        let is_data = kind == b"IDAT";
        data = data.saturating_add(u8::from(is_data && !last));
        if data > 1 {
            return true;
        }
        last = is_data;
    }
    true
}

/// Header, palette, opacities and pixels, with checksums that fit; the last chunk of pixels may be cut short.
fn rebuilt(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut file = memory::reserve(memory::len(bytes).saturating_add(1024)).ok()?;
    file.extend(SIGNATURE);
    let mut chunks = Chunks::of_file(bytes)?.with_rest();
    let (kind, header) = chunks.next()?;
    if kind != b"IHDR" {
        return None;
    }
    write_chunk(&mut file, kind, header);
    let indexed = header.get(9) == Some(&3);
    let mut colors = None;
    let mut has_opacities = false;
    for (kind, body) in chunks {
        match kind {
            // A table of broken colours is none, and only a file that needs none can do without.
            b"PLTE" if colors.is_none() && body.len() % 3 == 0 && (3..=768).contains(&body.len()) => {
                colors = Some(body.len() / 3);
                write_chunk(&mut file, kind, body);
            }
            // More opacities than a table can have are none; more than there are colours are cut off.
            b"tRNS" if !has_opacities && body.len() <= 256 => {
                has_opacities = true;
                let most = if indexed { colors.unwrap_or(0) } else { usize::MAX };
                write_chunk(&mut file, kind, body.get(..most.min(body.len())).unwrap_or_default());
            }
            b"IDAT" => write_chunk(&mut file, kind, body),
            b"IEND" => break,
            _ => {}
        }
    }
    write_chunk(&mut file, b"IEND", b"");
    Some(file)
}

/// As many pixels as can be read, in the layout of the `image` crate's decoder; `None` if that is not one row.
///
/// The missing ones are transparent where pixels have alpha and otherwise white, which is what a page shows where a
/// browser draws nothing. Of an interlaced file they are as their neighbours that are there.
pub(crate) fn partly(file: &[u8], samples: &mut [u8]) -> Option<()> {
    let (lines, stored) = (Lines::of(file)?, Cell::new(0));
    let mut decoder = Decoder::new(Flat::new(file, &lines, &stored)?);
    decoder.set_transformations(Transformations::EXPAND);
    decoder.ignore_checksums(true);
    let mut reader = decoder.read_info().ok()?;
    let (color, depth) = reader.output_color_type();
    let bytes_per_pixel = color.samples() * if depth == png::BitDepth::Sixteen { 2 } else { 1 };
    let (width, height) = (lines.width, lines.height);
    let stride = width.checked_mul(bytes_per_pixel)?;
    if stride.checked_mul(height)? != samples.len() || samples.is_empty() {
        return None;
    }
    let has_alpha = matches!(color, ColorType::GrayscaleAlpha | ColorType::Rgba);
    samples.fill(if has_alpha { 0 } else { u8::MAX });
    let (mut passes, mut line, mut end) = (Passes::default(), 0, 0);
    for length in lines.lengths() {
        let Ok(Some(row)) = reader.next_interlaced_row() else { break };
        end += length;
        if end > stored.get() {
            break;
        }
        match row.interlace() {
            png::InterlaceInfo::Null(_) => {
                let target = samples.get_mut(line * stride..)?.get_mut(..stride)?;
                target.copy_from_slice(row.data().get(..stride)?);
                line += 1;
            }
            png::InterlaceInfo::Adam7(info) => {
                let bits = u8::try_from(bytes_per_pixel * 8).ok()?;
                png::expand_interlaced_row(samples, stride, row.data(), info, bits);
                passes.lines += 1;
            }
        }
    }
    if passes.lines > 0 {
        passes.fill(samples, width, height, bytes_per_pixel);
    } else if line == 0 {
        return None;
    }
    if depth == png::BitDepth::Sixteen {
        // The decoder answers in the order of this machine.
        samples.as_chunks_mut::<2>().0.iter_mut().for_each(|two| *two = u16::from_be_bytes(*two).to_ne_bytes());
    }
    Some(())
}

/// The passes that were read of an interlaced file (W3C PNG, 8.2).
#[derive(Debug, Default)]
struct Passes {
    /// Rows of all passes that were read.
    lines: usize,
}

/// The blocks for which one pixel stands after each pass.
const BLOCKS: [[usize; 2]; 7] = [[8, 8], [4, 8], [4, 4], [2, 4], [2, 2], [1, 2], [1, 1]];

impl Passes {
    /// Fills in missing pixels: each is as the nearest one above and to the left that a whole pass has.
    fn fill(&self, samples: &mut [u8], width: usize, height: usize, count: usize) {
        // Rows of each pass; none of one without columns.
        let rows = ADAM7.map(|[x, y, _, step]| if x < width { height.saturating_sub(y).div_ceil(step) } else { 0 });
        let mut left = self.lines;
        let read = rows.map(|rows| {
            let read = rows.min(left);
            left -= read;
            read
        });
        let whole = rows.iter().zip(read).take_while(|(rows, read)| **rows == *read).count();
        let Some([block_width, block_height]) = whole.checked_sub(1).and_then(|last| BLOCKS.get(last)).copied() else {
            return;
        };
        if whole == ADAM7.len() {
            return;
        }
        let is_read = |x: usize, y: usize| {
            ADAM7.iter().zip(read).any(|([first_x, first_y, step_x, step_y], read)| {
                x >= *first_x
                    && y >= *first_y
                    && (x - first_x).is_multiple_of(*step_x)
                    && (y - first_y).is_multiple_of(*step_y)
                    && (y - first_y) / step_y < read
            })
        };
        for y in 0..height {
            for x in (0..width).filter(|x| !is_read(*x, y)) {
                let from = (y - y % block_height) * width + (x - x % block_width);
                let to = (y * width + x) * count;
                samples.copy_within(from * count..(from + 1) * count, to);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(interlaced: bool) -> Vec<u8> {
        // By hand: 16x16 gray pixels, each row of each pass without a filter.
        let passes: &[[usize; 4]] = if interlaced { &ADAM7 } else { &[[0, 0, 1, 1]] };
        let mut data = Vec::new();
        for [x, y, step_x, step_y] in passes {
            for y in (*y..16).step_by(*step_y) {
                data.push(0);
                data.extend((*x..16).step_by(*step_x).map(|x| value(x, y)));
            }
        }
        let mut file = SIGNATURE.to_vec();
        write_chunk(&mut file, b"IHDR", &[0, 0, 0, 16, 0, 0, 0, 16, 8, 0, 0, 0, u8::from(interlaced)]);
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::none());
        std::io::Write::write_all(&mut zlib, &data).unwrap();
        write_chunk(&mut file, b"IDAT", &zlib.finish().unwrap());
        write_chunk(&mut file, b"IEND", b"");
        file
    }

    fn value(x: usize, y: usize) -> u8 {
        (y * 15 + x) as u8
    }

    #[test]
    fn as_many_rows_as_there_are() {
        let file = drawn(false);
        let data = file.windows(4).position(|four| four == b"IDAT").unwrap() + 4;
        // Two bytes in front of the data, five in front of its only block.
        for rows in [1, 5, 15] {
            let cut = &file[..data + 7 + 17 * rows];
            let mut samples = vec![7; 256];
            partly(&mended(cut, false), &mut samples).unwrap();
            for (y, row) in samples.chunks(16).enumerate() {
                let want: Vec<u8> = (0..16).map(|x| if y < rows { value(x, y) } else { 255 }).collect();
                assert_eq!(row, want, "{rows} rows, {y}");
            }
        }
        assert_eq!(partly(&mended(&file[..data + 8], false), &mut vec![0; 256]), None);
    }

    #[test]
    fn passes_that_are_missing_are_filled_by_those_before() {
        let file = drawn(true);
        let data = file.windows(4).position(|four| four == b"IDAT").unwrap() + 4 + 7;
        // After the first pass: two rows of three bytes each.
        let mut samples = vec![7; 256];
        partly(&mended(&file[..data + 6], false), &mut samples).unwrap();
        for (at, sample) in samples.iter().enumerate() {
            assert_eq!(*sample, value(at % 16 / 8 * 8, at / 16 / 8 * 8), "{at}");
        }
        // Everything but the last row of the last pass.
        let mut samples = vec![7; 256];
        partly(&mended(&file[..data + 256 + 32 - 17 + 7], false), &mut samples).unwrap();
        let wrong = (0..240).filter(|at| samples[*at] != value(at % 16, at / 16)).count();
        assert_eq!(wrong, 0);
        assert_eq!(samples[240..], samples[224..240], "the last row is as the one above");
    }

    #[test]
    fn chunks_are_put_in_order() {
        let whole = drawn(false);
        assert!(matches!(mended(&whole, false), Cow::Borrowed(_)));
        let end = whole.len() - 12;
        // Without an end, with a stranger in between, with a wrong checksum.
        assert_eq!(*mended(&whole[..end], false), whole);
        let data = whole.windows(4).position(|four| four == b"IDAT").unwrap();
        let body = &whole[data + 4..end - 4];
        let mut parted = whole[..data - 4].to_vec();
        write_chunk(&mut parted, b"IDAT", &body[..9]);
        write_chunk(&mut parted, b"tEXt", b"a\0b");
        write_chunk(&mut parted, b"IDAT", &body[9..]);
        write_chunk(&mut parted, b"IEND", b"");
        let joined = mended(&parted, false);
        let kinds: Vec<_> = Chunks::of_file(&joined).unwrap().map(|(kind, _)| kind.to_owned()).collect();
        assert_eq!(kinds, [*b"IHDR", *b"IDAT", *b"IDAT", *b"IEND"]);
        let mut wrong = whole.clone();
        wrong[end - 1] ^= 1;
        assert!(matches!(mended(&wrong, false), Cow::Borrowed(_)));
        assert_eq!(*mended(&wrong, true), whole);
    }
}
