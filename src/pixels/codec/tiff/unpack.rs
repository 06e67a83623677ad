//! Decompression of one strip or tile.

use std::io::Read;

use flate2::read::ZlibDecoder;
use ruzstd::decoding::StreamingDecoder;
use weezl::{BitOrder, LzwStatus};

use super::layout::{Compression, Layout};
use super::{fax, unread};
use crate::code::ErrorCode;
use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;
use crate::note::Note;
use crate::pixels::base::{damaged, fenced};
use crate::pixels::codec::reader::Request;
use crate::pixels::codec::webp::WebP;
use crate::pixels::codec::{Codec as _, jpeg};
use crate::plan::Size;
use crate::stop::Stop;

/// The bytes of a strip or tile, as far as they can be read, and the damage found.
#[derive(Debug, Default)]
pub(crate) struct Unpacked {
    pub(crate) bytes: Vec<u8>,
    pub(crate) note: Option<Note>,
    /// The units of computing that an embedded image took.
    pub(crate) work: u64,
}

/// Decompresses the first `rows` rows of a strip or tile.
///
/// # Errors
/// The compression is not supported. Damage is not an error.
pub(crate) fn unpack(
    layout: &Layout,
    file: &[u8],
    index: u64,
    rows: u32,
    tables: &[u8],
    limits: &Limits,
    stop: &Stop,
) -> Result<Unpacked, Error> {
    if layout.compression == Compression::OldJpeg {
        // The interchange format is a complete JPEG file.
        return from_jpeg(layout, tables, limits, stop);
    }
    let Some((data, whole)) = layout.data(file, index) else {
        return Ok(Unpacked { note: Some(Note::CutShort), ..Unpacked::default() });
    };
    let most = needed(layout, rows);
    let turned: Vec<u8>;
    let is_turned = layout.reversed && !matches!(layout.compression, Compression::Jpeg | Compression::WebP);
    let data = if is_turned {
        turned = data.iter().map(|byte| byte.reverse_bits()).collect();
        &turned
    } else {
        data
    };
    let bytes = match layout.compression {
        Compression::None => data.get(..usize::try_from(most).unwrap_or(usize::MAX)).unwrap_or(data).to_vec(),
        Compression::Fax(kind) => fenced(|| Ok(fax::decode(data, kind, layout.chunk.width, rows)))?,
        Compression::Lzw => lzw(data, most),
        Compression::Deflate => inflate(ZlibDecoder::new(data), most),
        Compression::PackBits => pack_bits(data, most),
        Compression::Zstd => zstd(data, most)?,
        Compression::Jpeg | Compression::OldJpeg => {
            let stream = [tables, data.strip_prefix(&[0xFF, 0xD8]).unwrap_or(data)].concat();
            return from_jpeg(layout, &stream, limits, stop);
        }
        Compression::WebP => return from_webp(layout, data, limits, stop),
    };
    let missing = bytes.len() as u64 != most;
    Ok(Unpacked { bytes, note: missing.then_some(if whole { Note::Corrupt } else { Note::CutShort }), work: 0 })
}

/// Returns the number of bytes of `rows` rows.
fn needed(layout: &Layout, rows: u32) -> u64 {
    let [across, down] = layout.subsampling;
    if [across, down] == [1, 1] {
        return layout.stride().saturating_mul(rows.into());
    }
    let units = u64::from(layout.chunk.width.div_ceil(across)) * u64::from(rows.div_ceil(down));
    units.saturating_mul(u64::from(across * down + 2))
}

/// Reads up to `most` bytes, or up to the first error.
fn inflate(reader: impl Read, most: u64) -> Vec<u8> {
    let mut out = Vec::new();
    // Bytes read before an error are kept.
    _ = reader.take(most).read_to_end(&mut out);
    out
}

fn zstd(data: &[u8], most: u64) -> Result<Vec<u8>, Error> {
    /// The window size that every decoder must support (RFC 8878, 3.1.1.1.2).
    const WINDOW: u64 = 8 * 1024 * 1024;
    fenced(|| {
        let decoder = StreamingDecoder::new_with_max_window_size(data, WINDOW.max(most));
        Ok(decoder.map_or_else(|_| Vec::new(), |decoder| inflate(decoder, most)))
    })
}

fn lzw(data: &[u8], most: u64) -> Vec<u8> {
    const STEP: usize = 1 << 16;
    // Some writers before TIFF 6.0 used the opposite bit order, which is visible in the first code.
    let old = matches!(data, [0, second, ..] if second & 1 == 1);
    let mut decoder = if old {
        weezl::decode::Decoder::new(BitOrder::Lsb, 8)
    } else {
        weezl::decode::Decoder::with_tiff_size_switch(BitOrder::Msb, 8)
    };
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let (mut out, mut data) = (Vec::new(), data);
    while out.len() < most {
        let at = out.len();
        out.resize(most.min(at + STEP), 0);
        let done = decoder.decode_bytes(data, out.get_mut(at..).unwrap_or_default());
        out.truncate(at + done.consumed_out);
        data = data.get(done.consumed_in..).unwrap_or_default();
        if !matches!(done.status, Ok(LzwStatus::Ok)) || done.consumed_out == 0 && done.consumed_in == 0 {
            break;
        }
    }
    out
}

fn pack_bits(data: &[u8], most: u64) -> Vec<u8> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let (mut out, mut rest) = (Vec::new(), data);
    while let (Some((&head, tail)), true) = (rest.split_first(), out.len() < most) {
        rest = match head {
            0..=127 => {
                let (copied, tail) = tail.split_at(tail.len().min(usize::from(head) + 1));
                out.extend_from_slice(copied);
                tail
            }
            128 => tail,
            _ => {
                let Some((&byte, tail)) = tail.split_first() else { break };
                out.extend(std::iter::repeat_n(byte, 257 - usize::from(head)));
                tail
            }
        };
    }
    out.truncate(most);
    out
}

/// Returns the limits for an image embedded as a strip or tile. It is not much larger than that.
fn inside(layout: &Layout, limits: &Limits) -> Limits {
    let [width, height] = [layout.chunk.width, layout.chunk.height].map(|side| u64::from(side).next_multiple_of(64));
    Limits { pixels: limits.pixels.min(width.saturating_mul(height)), ..limits.clone() }
}

fn from_jpeg(layout: &Layout, stream: &[u8], limits: &Limits, stop: &Stop) -> Result<Unpacked, Error> {
    match jpeg::samples(stream, &inside(layout, limits), stop) {
        Ok(image) if image.components != layout.together() => Err(damaged(Format::Tiff)),
        Ok(image) => {
            let note = image.notes.into_iter().next();
            let fitted = fitted(layout, &image.samples, image.size, image.components, note)?;
            Ok(Unpacked { work: image.work, ..fitted })
        }
        Err(error) if error.code() == ErrorCode::Format => {
            Ok(Unpacked { note: Some(Note::Corrupt), ..Unpacked::default() })
        }
        Err(error) if error.code() == ErrorCode::Unsupported => Err(unread(&format!("a JPEG inside: {error}"))),
        Err(error) => Err(error),
    }
}

fn from_webp(layout: &Layout, data: &[u8], limits: &Limits, stop: &Stop) -> Result<Unpacked, Error> {
    if Format::sniff(data) != Some(Format::WebP) {
        return Ok(Unpacked { note: Some(Note::Corrupt), ..Unpacked::default() });
    }
    // The colours are those of the TIFF, so the embedded profile is ignored.
    let limits = inside(layout, limits);
    let read = WebP.open(data, &limits).and_then(|file| file.decode(&Request::plain(layout.chunk, stop)));
    match read.map(|image| image.with_profile(None)) {
        Ok(mut image) => {
            let (size, note) = (image.size(), image.take_notes().pop());
            let image = if layout.samples == 4 { image.with_alpha()? } else { image.map_to_rgb(|pixel| pixel) };
            fitted(layout, image.samples(), size, layout.samples, note)
        }
        Err(error) if error.code() == ErrorCode::Format => {
            Ok(Unpacked { note: Some(Note::Corrupt), ..Unpacked::default() })
        }
        Err(error) => Err(error),
    }
}

/// Fits the rows of an embedded image to the width of the strip or tile. Writers using libtiff omit the part of a tile
/// that is outside the image.
fn fitted(layout: &Layout, samples: &[u8], size: Size, count: usize, note: Option<Note>) -> Result<Unpacked, Error> {
    let side = |side: u32| usize::try_from(side).unwrap_or(usize::MAX);
    let (from, to) = (side(size.width).saturating_mul(count), side(layout.chunk.width).saturating_mul(count));
    if size.width < layout.chunk.width.min(layout.size.width) {
        return Err(damaged(Format::Tiff));
    }
    let mut bytes = Vec::new();
    for row in samples.chunks_exact(from.max(1)).take(side(layout.chunk.height)) {
        bytes.extend_from_slice(row.get(..to).unwrap_or(row));
        bytes.resize(bytes.len() + to.saturating_sub(from), 0);
    }
    Ok(Unpacked { bytes, note, work: 0 })
}
