//! Comparison of the reader with other decoders, and with floating-point arithmetic.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_wrap,
    reason = "a test that cannot make its file may stop"
)]

mod damage;
mod files;
mod plain;
mod whole;

use jpeg_encoder::SamplingFactor;

use self::files::{Kind, components, compose, encode, gray, interleave, segments};
use self::plain::Blocks;
use super::damage::Damage;
use super::header::Header;
use super::planes::{Plane, Planes, read};
use super::{Chroma, Opened, Request, needs};
use crate::geometry::{Rect, Size};
use crate::limits::Limits;
use crate::stop::Stop;

const KINDS: [Kind; 3] = [Kind::Interleaved, Kind::NonInterleaved, Kind::Progressive];
const SAMPLINGS: [(SamplingFactor, (u32, u32)); 8] = [
    (SamplingFactor::F_1_1, (1, 1)),
    (SamplingFactor::F_2_1, (2, 1)),
    (SamplingFactor::F_1_2, (1, 2)),
    (SamplingFactor::F_2_2, (2, 2)),
    (SamplingFactor::F_4_1, (4, 1)),
    (SamplingFactor::F_1_4, (1, 4)),
    (SamplingFactor::F_4_2, (4, 2)),
    (SamplingFactor::F_2_4, (2, 4)),
];

fn room(bytes: u64) -> Option<Vec<u8>> {
    Some(Vec::with_capacity(bytes.try_into().ok()?))
}

fn take(file: &[u8], luma: u8, chroma: Chroma, crop: Option<Rect>) -> Planes {
    let file = Opened::read(file).unwrap();
    read(&file, &Request { luma, chroma, crop }, &room, &Limits::default(), &Stop::new()).unwrap()
}

fn planes(all: &Planes) -> Vec<&Plane> {
    std::iter::once(&all.luma).chain(all.chroma.iter().flatten()).collect()
}

/// Returns the expected number of samples on a block's side for a request.
fn side(luma: u32, chroma: Option<Chroma>, own: u32, most: u32) -> u32 {
    match chroma {
        Some(Chroma::Half) => (luma * most).div_ceil(2 * own).min(8),
        _ => (luma * most).div_ceil(own).min(8),
    }
}

/// Compares planes with coefficients that were read and transformed independently.
fn check(all: &Planes, parts: &[Blocks], whole: Size, luma: u8, chroma: Chroma, factors: &[(u32, u32)]) {
    let luma = u32::from(luma);
    assert_eq!((planes(all).len(), all.damage), (parts.len(), Damage::default()));
    let most = (factors.iter().map(|f| f.0).max().unwrap(), factors.iter().map(|f| f.1).max().unwrap());
    for (number, (plane, blocks)) in planes(all).into_iter().zip(parts).enumerate() {
        let (across, down) = factors[number];
        let chroma = (number > 0).then_some(chroma);
        let (wide, high) = (side(luma, chroma, across, most.0), side(luma, chroma, down, most.1));
        let samples = |all: u32, samples: u32, own: u32, most: u32| (all * samples * own).div_ceil(8 * most);
        let expected = Size::new(samples(whole.width, wide, across, most.0), samples(whole.height, high, down, most.1));
        assert_eq!((plane.size, plane.at), (expected, (0, 0)));
        assert_eq!(plane.samples.len() as u64, expected.pixels());
        let scale = |samples: u32, own: u32, most: u32| f64::from(samples * own) / f64::from(8 * most);
        let scale = (scale(wide, across, most.0), scale(high, down, most.1));
        assert!((plane.scale.0 - scale.0).abs() + (plane.scale.1 - scale.1).abs() < 1e-12);
        let (exact, stride) = blocks.reduced(wide as usize, high as usize);
        for (row, exact) in plane.samples.chunks(expected.width as usize).zip(exact.chunks(stride)) {
            for (ours, exact) in row.iter().zip(exact) {
                let off = (f64::from(*ours) - exact).abs();
                assert!(off < 1.0, "component {number} at {wide}x{high}: {ours} for {exact}");
            }
        }
    }
}

fn check_all(file: &[u8], parts: &[Blocks], factors: &[(u32, u32)]) {
    let whole = Opened::read(file).unwrap().header.size;
    for luma in 1..=8 {
        for chroma in [Chroma::Equal, Chroma::Half] {
            check(&take(file, luma, chroma, None), parts, whole, luma, chroma, factors);
        }
    }
}

/// Returns the factors of luma and of chroma that is subsampled by these factors.
fn fewer((across, down): (u32, u32)) -> [(u32, u32); 3] {
    [(across, down), (1, 1), (1, 1)]
}

#[test]
fn every_kind_of_file_is_reduced_as_its_coefficients_say() {
    for size in [Size::new(67, 45), Size::new(64, 64), Size::new(9, 35), Size::new(1, 1), Size::new(129, 16)] {
        for (sampling, fewer) in SAMPLINGS {
            let non_interleaved = encode(size, sampling, Kind::NonInterleaved, 0);
            let parts: Vec<Blocks> = components(&non_interleaved).iter().map(|part| Blocks::read(part)).collect();
            for kind in KINDS {
                for restart in [0, 3] {
                    check_all(&encode(size, sampling, kind, restart), &parts, &self::fewer(fewer));
                }
            }
        }
    }
}

/// Refined coefficients, which our encoder never writes. The files are by libjpeg-turbo: a progressive one, and the
/// same transcoded to a sequential scan for each component.
#[test]
fn refined_coefficients_are_those_of_a_sequential_file() {
    let (refined, non_interleaved) = (include_bytes!("refined.jpg"), include_bytes!("scattered.jpg"));
    assert!(segments(refined).iter().any(|(marker, payload, _)| *marker == 0xDA && payload.last() == Some(&0x10)));
    let parts: Vec<Blocks> = components(non_interleaved).iter().map(|part| Blocks::read(part)).collect();
    check_all(refined, &parts, &fewer((2, 2)));
    check_all(non_interleaved, &parts, &fewer((2, 2)));
    // Also by libjpeg-turbo, with arithmetic coding: the first with restart markers, the second progressive.
    check_all(include_bytes!("arithmetic.jpg"), &parts, &fewer((2, 2)));
    check_all(include_bytes!("arithmetic_refined.jpg"), &parts, &fewer((2, 2)));
    for chroma in [Chroma::Equal, Chroma::Half] {
        for luma in 1..=8 {
            let request = Request { luma, chroma, crop: None };
            let reader = super::reader::Reader::new(
                &Opened::read(refined).unwrap(),
                &request,
                &Limits::default(),
                &Stop::new(),
                |_, _| 0,
            )
            .unwrap();
            let (taken, needed) = (reader.taken(), needs(&Opened::read(refined).unwrap().header, &request).bytes);
            // Padding of units has no coefficients, and the tables are freed before samples are made.
            assert!(taken <= needed && needed <= taken + super::needs::TABLES, "{taken} of {needed}");
        }
    }
}

#[test]
fn gray_files_are_reduced_as_their_coefficients_say() {
    for size in [Size::new(67, 45), Size::new(8, 8), Size::new(1, 100)] {
        let parts = [Blocks::read(&gray(size, Kind::Interleaved, 0))];
        for kind in KINDS {
            for restart in [0, 5] {
                check_all(&gray(size, kind, restart), &parts, &[(1, 1)]);
            }
        }
    }
}

/// Luma finer, chroma finer, one finer across and the other down, and factors that do not divide each other.
#[test]
fn components_may_have_any_factors() {
    let all = || (1..=4).flat_map(|x| (1..=4).map(move |y| (x, y)));
    for (number, (luma, chroma)) in all().flat_map(|luma| all().map(move |chroma| (luma, chroma))).enumerate() {
        let size = if number % 2 == 0 { Size::new(75, 53) } else { Size::new(33, 66) };
        let factors = [luma, chroma, if number % 3 == 0 { (chroma.1, chroma.0) } else { chroma }];
        let most = (factors.iter().map(|f| f.0).max().unwrap(), factors.iter().map(|f| f.1).max().unwrap());
        let share =
            |(x, y): (u32, u32)| Size::new((size.width * x).div_ceil(most.0), (size.height * y).div_ceil(most.1));
        let restarts = [0, 2, 0];
        let files: Vec<_> =
            factors.iter().zip(restarts).map(|(f, restart)| gray(share(*f), Kind::Interleaved, restart)).collect();
        let parts: Vec<_> = files.iter().map(|file| Blocks::read(file)).collect();
        let written = factors.map(|(x, y)| (x as u8, y as u8));
        check_all(&compose(size, &files, &written), &parts, &factors);
        // Larger units are not allowed.
        let interleaved = written.iter().map(|(x, y)| x * y).sum::<u8>() <= 10;
        for progressive in [false, true].into_iter().filter(|_| interleaved) {
            let file = interleave(size, &parts, &written, progressive);
            for chroma in [Chroma::Equal, Chroma::Half] {
                for luma in [1, 3, 8] {
                    check(&take(&file, luma, chroma, None), &parts, size, luma, chroma, &factors);
                }
            }
        }
    }
}

#[test]
fn whole_planes_are_those_of_two_other_decoders() {
    let size = Size::new(83, 61);
    for (sampling, _) in SAMPLINGS {
        let others = components(&encode(size, sampling, Kind::NonInterleaved, 0));
        for kind in KINDS {
            let ours = take(&encode(size, sampling, kind, 7), 8, Chroma::Half, None);
            // Chroma of subsampled files is whole if the full resolution of luma is requested.
            let whole = take(&encode(size, sampling, kind, 7), 8, Chroma::Equal, None);
            assert_eq!(ours.luma, whole.luma);
            for (plane, other) in planes(&whole).into_iter().zip(&others) {
                let first = jpeg_decoder::Decoder::new(other.as_slice()).decode().unwrap();
                let second = image::load_from_memory(other).unwrap().to_luma8().into_raw();
                for theirs in [first, second] {
                    assert_eq!(plane.samples.len(), theirs.len());
                    let worst = plane.samples.iter().zip(&theirs).map(|(a, b)| a.abs_diff(*b)).max();
                    assert!(worst <= Some(2), "{sampling:?} {kind:?}: {worst:?}");
                }
            }
        }
    }
}

#[test]
fn crops_are_parts_of_the_whole() {
    let size = Size::new(150, 90);
    let crops =
        [(0, 0, 1, 1), (149, 89, 1, 1), (37, 21, 50, 33), (16, 16, 32, 16), (100, 0, 900, 900), (200, 95, 4, 4)];
    for (sampling, fewer) in [SAMPLINGS[0], SAMPLINGS[3], SAMPLINGS[1], SAMPLINGS[5]] {
        for kind in KINDS {
            let file = encode(size, sampling, kind, 0);
            for (luma, chroma) in (1..=8).flat_map(|n| [(n, Chroma::Equal), (n, Chroma::Half)]) {
                let whole = take(&file, luma, chroma, None);
                for (x, y, width, height) in crops {
                    let crop = Rect { x, y, width, height };
                    let part = take(&file, luma, chroma, Some(crop));
                    for (number, (part, whole)) in planes(&part).into_iter().zip(planes(&whole)).enumerate() {
                        let fewer = if number == 0 { (1, 1) } else { fewer };
                        part_of(part, whole, crop, size, fewer);
                    }
                }
            }
        }
    }
}

/// Checks that a plane is a part of the whole plane, with every sample that the crop touches.
fn part_of(part: &Plane, whole: &Plane, crop: Rect, size: Size, fewer: (u32, u32)) {
    assert_eq!(part.scale, whole.scale);
    let covers = |at: u32, length: u32, scale: f64, fewer: u32, crop: (u32, u32), side: u32, all: u32| {
        // As integers: `n` samples for `of` pixels.
        let (n, of) = ((scale * f64::from(8 * fewer)).round() as u32, 8 * fewer);
        let first = crop.0.min(side - 1);
        let end = (crop.0 + crop.1).clamp(first + 1, side);
        assert!(at <= first * n / of && at + length >= (end * n).div_ceil(of) && at + length <= all);
    };
    covers(part.at.0, part.size.width, part.scale.0, fewer.0, (crop.x, crop.width), size.width, whole.size.width);
    covers(part.at.1, part.size.height, part.scale.1, fewer.1, (crop.y, crop.height), size.height, whole.size.height);
    let rows = whole.samples.chunks(whole.size.width as usize).skip(part.at.1 as usize);
    for (row, whole) in part.samples.chunks(part.size.width as usize).zip(rows) {
        let left = part.at.0 as usize;
        assert_eq!(row, &whole[left..left + row.len()]);
    }
}

#[test]
fn a_header_says_how_much_memory_reading_takes() {
    let size = Size::new(150, 90);
    for (sampling, _) in SAMPLINGS {
        for kind in KINDS {
            let file = encode(size, sampling, kind, 0);
            let header: Header = Opened::read(&file).unwrap().header;
            for (luma, chroma) in (1..=8).flat_map(|n| [(n, Chroma::Equal), (n, Chroma::Half)]) {
                for crop in [None, Some(Rect { x: 30, y: 20, width: 60, height: 10 })] {
                    let request = Request { luma, chroma, crop };
                    let needs = needs(&header, &request);
                    let taken = super::reader::Reader::new(
                        &Opened::read(&file).unwrap(),
                        &request,
                        &Limits::default(),
                        &Stop::new(),
                        |_, _| 0,
                    )
                    .unwrap()
                    .taken();
                    assert!(taken <= needs.bytes, "{taken} of {}", needs.bytes);
                    // The estimate is also close, except for the memory of refinement.
                    if !header.progressive {
                        let most = taken + taken / 2 + super::needs::TABLES;
                        assert!(needs.bytes <= most, "{taken} of {}", needs.bytes);
                    }
                    let planes = take(&file, luma, chroma, crop);
                    let sizes: Vec<Size> = self::planes(&planes).iter().map(|plane| plane.size).collect();
                    assert_eq!(sizes, needs.planes);
                    let held: usize = self::planes(&planes).iter().map(|plane| plane.samples.capacity()).sum();
                    assert_eq!(held as u64 + needs.bytes, needs.total());
                    let limits = |memory| Limits { memory, ..Limits::default() };
                    let opened = Opened::read(&file).unwrap();
                    assert!(read(&opened, &request, &room, &limits(needs.total()), &Stop::new()).is_ok());
                    let refused = read(&opened, &request, &room, &limits(needs.total() - 1), &Stop::new());
                    assert!(matches!(refused, Err(super::ReadError::Limit(_))));
                }
            }
        }
    }
}
