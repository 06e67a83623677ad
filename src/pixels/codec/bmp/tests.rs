use super::*;
use crate::code::ErrorCode;
use crate::pixels::codec::ico::Ico;
use crate::pixels::codec::reader::Request;
use crate::stop::Stop;

/// Returns a file with a header of 40 bytes or more. `rest` is the header after its first 20 bytes, and the palette.
fn file(size: [i32; 2], bits: u16, compression: u32, header: usize, rest: &[u8], data: &[u8]) -> Vec<u8> {
    let offset = u32::try_from(34 + rest.len()).unwrap();
    [
        &b"BM\0\0\0\0\0\0\0\0"[..],
        &offset.to_le_bytes(),
        &u32::try_from(header).unwrap().to_le_bytes(),
        &size[0].to_le_bytes(),
        &size[1].to_le_bytes(),
        &[1, 0],
        &bits.to_le_bytes(),
        &compression.to_le_bytes(),
        rest,
        data,
    ]
    .concat()
}

fn read(bytes: &[u8]) -> Result<Raster, ErrorCode> {
    let limits = Limits::default();
    let file = Bmp.open(bytes, &limits).map_err(|error| error.code())?;
    file.decode(&Request::plain(file.info().size, &Stop::new())).map_err(|error| error.code())
}

fn pixels(bytes: &[u8]) -> Vec<[u8; 4]> {
    read(bytes).unwrap().pixels().collect()
}

/// Twenty header bytes of zero.
const NOTHING: [u8; 20] = [0; 20];
const RED: [u8; 4] = [255, 0, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];
const CLEAR: [u8; 4] = [0; 4];
const WHITE: [u8; 4] = [255; 4];

#[test]
fn opacity_counts_where_a_mask_says_so() {
    let two = [0, 0, 255, 128, 255, 0, 0, 0];
    assert_eq!(pixels(&file([2, 1], 32, 0, 40, &NOTHING, &two)), [RED, BLUE]);
    let masks = |alpha: u32| [0x00FF_0000, 0xFF00, 0xFF, alpha].map(u32::to_le_bytes).concat();
    let with = |alpha: u32| [&NOTHING[..], &masks(alpha), &[0; 52]].concat();
    assert_eq!(pixels(&file([2, 1], 32, 3, 108, &with(0xFF00_0000), &two)), [[255, 0, 0, 128], [0, 0, 255, 0]]);
    assert_eq!(pixels(&file([2, 1], 32, 3, 108, &with(0), &two)), [RED, BLUE]);
    // After a header that is too short for masks there are three of them, or four.
    let behind = [&NOTHING[..], &masks(0xFF00_0000)].concat();
    assert_eq!(pixels(&file([2, 1], 32, 6, 40, &behind, &two)), [[255, 0, 0, 128], [0, 0, 255, 0]]);
    assert_eq!(pixels(&file([2, 1], 32, 3, 40, &behind, &two)), [RED, BLUE]);
    // An image that is declared fully transparent stays transparent.
    assert_eq!(pixels(&file([1, 1], 32, 3, 108, &with(0xFF00_0000), &[0; 4])), [CLEAR]);
}

#[test]
fn samples_of_any_width() {
    let word = |bits: u16| [&bits.to_le_bytes()[..], &[0, 0]].concat();
    assert_eq!(pixels(&file([1, 1], 16, 0, 40, &NOTHING, &word(0x7C00))), [RED]);
    let masks = [&NOTHING[..], &[0xF800_u32, 0x07E0, 0x1F].map(u32::to_le_bytes).concat()].concat();
    assert_eq!(pixels(&file([1, 1], 16, 3, 40, &masks, &word(0x001F))), [BLUE]);
    let colors = [&NOTHING[..], &[255, 0, 0, 0, 0, 0, 255, 0]].concat();
    let blue_red = [BLUE, RED, BLUE];
    assert_eq!(pixels(&file([3, 1], 1, 0, 40, &colors, &[0b0100_0000, 0, 0, 0])), blue_red);
    assert_eq!(pixels(&file([3, 1], 2, 0, 40, &colors, &[0b0001_0000, 0, 0, 0])), blue_red);
    assert_eq!(pixels(&file([3, 1], 4, 0, 40, &colors, &[0x01, 0x00, 0, 0])), blue_red);
    // The first row is the bottom one, unless the height is negative.
    let rows = [1, 0, 0, 0, 0, 0, 0, 0];
    let mut colors = colors;
    colors[12] = 2;
    assert_eq!(pixels(&file([1, 2], 8, 0, 40, &colors, &rows)), [BLUE, RED]);
    assert_eq!(pixels(&file([1, -2], 8, 0, 40, &colors, &rows)), [RED, BLUE]);
}

#[test]
fn runs_leave_out_what_is_transparent() {
    let mut colors = [&NOTHING[..], &[255, 0, 0, 0, 0, 0, 255, 0]].concat();
    colors[12] = 2;
    // A run of two, a step of one to the right and one up, one literal pixel, and the end.
    let runs = [2, 1, 0, 2, 1, 1, 1, 0, 0, 1];
    let want = [CLEAR, CLEAR, CLEAR, BLUE, RED, RED, CLEAR, CLEAR];
    assert_eq!(pixels(&file([4, 2], 8, 1, 40, &colors, &runs)), want);
    // Without the end code, the remaining rows are white.
    let mut image = read(&file([4, 2], 8, 1, 40, &colors, &runs[..8])).unwrap();
    assert_eq!(image.take_notes(), [Note::CutShort]);
    assert_eq!(image.pixels().collect::<Vec<_>>(), [WHITE, WHITE, WHITE, BLUE, RED, RED, CLEAR, CLEAR]);
    // Four bits per pixel: a run of three that alternates, and four literal pixels.
    assert_eq!(
        pixels(&file([7, 1], 4, 2, 40, &colors, &[3, 0x10, 0, 4, 0x01, 0x10, 0, 1])),
        [RED, BLUE, RED, BLUE, RED, RED, BLUE]
    );
}

#[test]
fn a_file_cut_short_is_shown_as_far_as_it_goes() {
    let whole = file([1, 3], 24, 0, 40, &NOTHING, &[0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0]);
    let mut cut = read(&whole[..whole.len() - 5]).unwrap();
    assert_eq!(cut.take_notes(), [Note::CutShort]);
    assert_eq!(cut.pixels().collect::<Vec<_>>(), [WHITE, RED, RED]);
    // Missing padding is not damage. Less than one row is an error.
    assert!(read(&whole[..whole.len() - 1]).unwrap().take_notes().is_empty());
    assert_eq!(read(&whole[..56]).unwrap_err(), ErrorCode::Format);
    let huge = file([10_000, 10_000], 24, 0, 40, &NOTHING, &[]);
    assert_eq!(read(&huge).unwrap_err(), ErrorCode::Format);
    for end in 0..whole.len() {
        _ = read(&whole[..end]);
    }
}

/// Returns an icon with these entries. The table states a size of 1 by 1 for each.
fn icon(kind: u8, entries: &[&[u8]]) -> Vec<u8> {
    let mut out = vec![0, 0, kind, 0, u8::try_from(entries.len()).unwrap(), 0];
    let mut offset = 6 + 16 * entries.len();
    for entry in entries {
        out.extend([1, 1, 0, 0, 0, 0, 0, 0]);
        out.extend(u32::try_from(entry.len()).unwrap().to_le_bytes());
        out.extend(u32::try_from(offset).unwrap().to_le_bytes());
        offset += entry.len();
    }
    out.extend(entries.concat());
    out
}

#[test]
fn of_an_icon_the_largest_entry_is_shown() {
    let read = |bytes: &[u8]| {
        let limits = Limits::default();
        let file = Ico.open(bytes, &limits)?;
        file.decode(&Request::plain(file.info().size, &Stop::new())).map(|image| image.pixels().collect())
    };
    // Heights are doubled: the pixels are followed by a mask.
    let small = &file([1, 2], 24, 0, 40, &NOTHING, &[0, 0, 255, 0, 0, 0, 0, 0])[14..];
    let masked = &file([2, 2], 24, 0, 40, &NOTHING, &[0, 0, 255, 255, 0, 0, 0, 0, 0x40, 0, 0, 0])[14..];
    let deep = &file([2, 2], 32, 0, 40, &NOTHING, &[0, 0, 255, 128, 255, 0, 0, 255, 0x40, 0, 0, 0])[14..];
    let empty = &file([2, 2], 32, 0, 40, &NOTHING, &[0, 0, 255, 0, 255, 0, 0, 0, 0x40, 0, 0, 0])[14..];
    let of = |kind, entries: &[&[u8]]| -> Vec<[u8; 4]> { read(&icon(kind, entries)).unwrap() };
    assert_eq!(of(1, &[small]), [RED]);
    assert_eq!(of(2, &[small, masked]), [RED, [0, 0, 255, 0]]);
    // Opacity takes precedence over the mask, unless all of it is zero.
    assert_eq!(of(1, &[masked, deep, small]), [[255, 0, 0, 128], BLUE]);
    assert_eq!(of(1, &[empty]), [RED, [0, 0, 255, 0]]);
    // An entry that cannot be read is skipped if there are others.
    assert_eq!(of(1, &[b"nothing", small]), [RED]);
    assert_eq!(read(&icon(1, &[b"nothing"])).unwrap_err().code(), ErrorCode::Format);
    assert_eq!(Format::sniff(&icon(1, &[small])), Some(Format::Ico));
    assert_eq!(Format::sniff(&icon(2, &[small])), Some(Format::Ico));
    assert_eq!(Format::sniff(&icon(3, &[small])), None);
    assert_eq!(Format::sniff(&icon(1, &[])), None);
}
