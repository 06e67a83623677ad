//! Repair of files that the decoder rejects but browsers show.
//!
//! There are two ways, both used only if normal decoding fails. A [`mended`] file holds the relevant parts of the
//! original: chunks in the right order, with valid checksums and an end. If the pixels of a file end early, [`partly`]
//! decodes as many as possible.

use std::borrow::Cow;
use std::cell::Cell;

use png::{ColorType, Decoder, Transformations};

use super::chunks::{Chunks, SIGNATURE, write_chunk};
use super::flat::{ADAM7, Flat, Lines};
use crate::pixels::base::memory;

/// Returns the file for a decoder: the original, or a copy of its relevant chunks if they are irregular. If `anyway` is
/// `true`, returns a copy in any case.
pub(crate) fn mended(bytes: &[u8], anyway: bool) -> Cow<'_, [u8]> {
    let Some(chunks) = Chunks::of_file(bytes) else { return Cow::Borrowed(bytes) };
    if anyway || is_odd(chunks) {
        rebuilt(bytes).map_or(Cow::Borrowed(bytes), Cow::Owned)
    } else {
        Cow::Borrowed(bytes)
    }
}

/// Returns `true` if a file has no end, has interrupted pixel data, or has more opacities than colours.
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

/// Rebuilds a file from its header, palette, opacities and pixels, with valid checksums. The last chunk of pixels may
/// be cut short.
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
            // An invalid palette is dropped. Only files that need none can do without.
            b"PLTE" if colors.is_none() && body.len() % 3 == 0 && (3..=768).contains(&body.len()) => {
                colors = Some(body.len() / 3);
                write_chunk(&mut file, kind, body);
            }
            // A table of opacities longer than any palette is dropped. One longer than the palette of the file is
            // truncated.
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

/// Decodes as many pixels as possible, in the layout of the `image` crate's decoder. Returns `None` if that is less
/// than one row.
///
/// Missing pixels are transparent if the image has alpha, otherwise white: the colour of a page where a browser draws
/// nothing. In interlaced files they repeat neighbouring pixels.
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
        // The decoder returns samples in native byte order.
        samples.as_chunks_mut::<2>().0.iter_mut().for_each(|two| *two = u16::from_be_bytes(*two).to_ne_bytes());
    }
    Some(())
}

/// The passes of an interlaced file that were read (W3C PNG, 8.2).
#[derive(Debug, Default)]
struct Passes {
    /// The number of rows that were read, over all passes.
    lines: usize,
}

/// The size of the block that one pixel represents after each pass.
const BLOCKS: [[usize; 2]; 7] = [[8, 8], [4, 8], [4, 4], [2, 4], [2, 2], [1, 2], [1, 1]];

impl Passes {
    /// Fills in missing pixels. Each repeats the nearest pixel above and to the left that belongs to a complete pass.
    fn fill(&self, samples: &mut [u8], width: usize, height: usize, count: usize) {
        // The number of rows of each pass; 0 for a pass without columns.
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
        // Built by hand: 16x16 gray pixels, with each row of each pass unfiltered.
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
        // There are two bytes before the data, and five before its only block.
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
        // Everything except the last row of the last pass.
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
        // Without an end, with a foreign chunk in between, and with a wrong checksum.
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
