//! Damaged files: the result up to the damage, and resynchronisation after it.

use jpeg_encoder::SamplingFactor;

use super::files::{Kind, encode, segments};
use super::{Chroma, Request, planes, room};
use crate::geometry::Size;
use crate::limits::Limits;
use crate::pixels::codec::jpeg::read::damage::Damage;
use crate::pixels::codec::jpeg::read::planes::{Planes, read};
use crate::pixels::codec::jpeg::read::{Opened, ReadError};
use crate::stop::Stop;

const CUT: Damage = Damage { cut_short: true, corrupt: false };
const CORRUPT: Damage = Damage { cut_short: false, corrupt: true };
const NONE: Damage = Damage { cut_short: false, corrupt: false };
const SIZE: Size = Size::new(96, 96);

fn seen(file: &[u8], luma: u8) -> Result<Planes, ReadError> {
    read(
        &Opened::read(file)?,
        &Request { luma, chroma: Chroma::Equal, crop: None },
        &room,
        &Limits::default(),
        &Stop::new(),
    )
}

/// Returns a file with a restart marker after every row of units, each of 16 lines, and the positions of the markers.
fn with_markers() -> (Vec<u8>, Vec<usize>) {
    let file = encode(SIZE, SamplingFactor::F_2_2, Kind::Interleaved, 6);
    let is_marker = |at: &usize| file[*at] == 0xFF && matches!(file[at + 1], 0xD0..=0xD7);
    let places: Vec<usize> = (scan(&file)..file.len() - 1).filter(is_marker).collect();
    assert_eq!(places.len(), 5);
    (file, places)
}

/// Returns the position of the data of the first scan.
fn scan(file: &[u8]) -> usize {
    let at = file.windows(2).position(|pair| pair == [0xFF, 0xDA]).unwrap();
    at + 2 + usize::from(file[at + 2]) * 256 + usize::from(file[at + 3])
}

/// Checks every row of units at every scale: `=` is a row as in the whole image, `-` a gray row, and any other
/// character is not checked.
fn check(file: &[u8], whole: &[u8], damage: Damage, pattern: &str) {
    for luma in 1..=8 {
        let (ours, whole) = (seen(file, luma).unwrap(), seen(whole, luma).unwrap());
        assert_eq!((ours.damage, whole.damage), (damage, NONE), "{luma}");
        for (ours, whole) in planes(&ours).into_iter().zip(planes(&whole)) {
            let part = ours.samples.len() / 6;
            let rows = ours.samples.chunks(part).zip(whole.samples.chunks(part));
            for ((row, (ours, whole)), kind) in rows.enumerate().zip(pattern.chars()) {
                let fits = match kind {
                    '=' => ours == whole,
                    '-' => ours.iter().all(|sample| *sample == 128),
                    _ => true,
                };
                assert!(fits, "row {row} of {pattern} at {luma}: {ours:?}");
            }
        }
    }
}

#[test]
fn restart_markers_are_found_again() {
    let (whole, places) = with_markers();
    // A lost marker: its interval is lost as well. The data is skipped, and the next marker is left for the following
    // row.
    let mut lost = whole.clone();
    lost.drain(places[1]..places[1] + 2);
    check(&lost, &whole, CORRUPT, "==?===");
    // A marker with a distant number is taken for the expected one.
    let mut wrong = whole.clone();
    wrong[places[1] + 1] = 0xD5;
    check(&wrong, &whole, CORRUPT, "======");
    // A repeat of one of the two previous markers is skipped.
    let mut twice = whole.clone();
    twice.splice(places[2]..places[2], whole[places[1]..places[1] + 2].iter().copied());
    check(&twice, &whole, CORRUPT, "======");
    // Bytes after an interval are skipped. A few may be padding.
    let mut more = whole.clone();
    more.splice(places[0]..places[0], [0x11, 0x22, 0xFF, 0]);
    check(&more, &whole, NONE, "======");
    let mut filled = whole.clone();
    filled.splice(places[0]..places[0], [0xFF, 0xFF]);
    check(&filled, &whole, NONE, "======");
    // An interval that is cut short is gray from there on. The following intervals are not lost.
    let mut short = whole.clone();
    short.drain(places[1] + 2..places[2]);
    check(&short, &whole, CORRUPT, "==?===");
}

#[test]
fn markers_without_an_interval_end_the_image() {
    let (whole, _) = with_markers();
    let mut file = whole.clone();
    let at = file.windows(2).position(|pair| pair == [0xFF, 0xDD]).unwrap();
    file[at + 4..at + 6].fill(0);
    check(&file, &whole, CORRUPT, "=?----");
}

#[test]
fn a_file_cut_short_is_shown_as_far_as_it_goes() {
    let (whole, places) = with_markers();
    for ending in [&[][..], &[0xFF, 0xD9], &[0xFF]] {
        let cut = [&whole[..places[3] - 5], ending].concat();
        check(&cut, &whole, CUT, "===?--");
    }
    // Without an end marker, with padding, or with anything after it, nothing is missing.
    let data = &whole[..whole.len() - 2];
    for ending in [&[][..], &[0xFF], &[0; 500], b"\xFF\xD9\0\0", b"\0\0\xFF\xD9<html>", b"\xFF\xE5\0\x05abc\xFF\xD9"] {
        check(&[data, ending].concat(), &whole, NONE, "======");
    }
    for end in 0..scan(&whole) {
        assert!(seen(&whole[..end], 8).is_err(), "{end}");
    }
}

#[test]
fn a_progressive_file_cut_short_is_shown_with_the_scans_that_are_there() {
    let whole = encode(SIZE, SamplingFactor::F_1_1, Kind::Progressive, 0);
    let exact = seen(&whole, 8).unwrap();
    assert_eq!(seen(&whole[..whole.len() - 2], 8).unwrap(), exact);
    for end in scan(&whole) + 400..whole.len() - 2 {
        for ending in [&[][..], &[0xFF, 0xD9]] {
            let file = [&whole[..end], ending].concat();
            let found = seen(&file, 8).unwrap();
            // With an end marker, a file may have any number of scans, provided that they are complete.
            if ending.is_empty() {
                assert!(found.damage.cut_short, "{end}");
            }
            assert!(found.luma.samples.iter().any(|sample| *sample != 128), "{end}");
        }
    }
}

#[test]
fn codes_that_do_not_exist_read_as_zero() {
    // The code of all ones is never assigned. A row of such codes decodes to blocks without a change.
    let (whole, places) = with_markers();
    let mut file = whole[..places[0] + 2].to_vec();
    file.extend([0xFF, 0].repeat(300));
    file.extend(&whole[places[1]..]);
    check(&file, &whole, CORRUPT, "=?====");
}

#[test]
fn tables_that_are_missing_are_those_of_the_standard() {
    let whole = encode(SIZE, SamplingFactor::F_2_2, Kind::Interleaved, 0);
    let mut bare = vec![0xFF, 0xD8];
    for (marker, payload, data) in segments(&whole).into_iter().filter(|(marker, ..)| *marker != 0xC4) {
        super::files::push(&mut bare, marker, payload, data);
    }
    bare.extend([0xFF, 0xD9]);
    assert!(bare.len() + 400 < whole.len());
    check(&bare, &whole, NONE, "======");
}

#[test]
fn kinds_that_nobody_shows_are_named() {
    let whole = encode(SIZE, SamplingFactor::F_2_2, Kind::Interleaved, 0);
    let frame = whole.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    for (at, byte, kind) in [
        (frame + 1, 0xC3, "lossless"),
        (frame + 1, 0xCB, "lossless"),
        (frame + 1, 0xC5, "hierarchical coding"),
        (frame + 4, 12, "12 bits for each sample"),
    ] {
        let mut file = whole.clone();
        file[at] = byte;
        assert_eq!(seen(&file, 8), Err(ReadError::Unsupported(kind)));
    }
}
