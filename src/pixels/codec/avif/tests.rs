use super::meta::Meta;
use super::properties::{Facts, Meaning};
use super::*;
use crate::code::ErrorCode;
use crate::pixels::codec::attachments::Attachments;
use crate::pixels::codec::encoder::Settings;
use crate::plan::Orientation;
use crate::stop::Stop;

fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 8).unwrap();
    [&length.to_be_bytes()[..], kind, body].concat()
}

/// Returns a file with an image of 5x3 in `idat`, in two extents, and these additional properties.
fn file(kind: &[u8; 4], properties: &[Vec<u8>]) -> Vec<u8> {
    let size = boxed(b"ispe", &[0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 3]);
    let all: Vec<u8> = [&[size][..], properties].concat().concat();
    let count = u8::try_from(properties.len() + 1).unwrap();
    let used: Vec<u8> = (1..=count).map(|index| 0x80 | index).collect();
    let meta = [
        vec![0; 4],
        boxed(b"hdlr", &[0; 12]),
        boxed(b"pitm", &[0, 0, 0, 0, 0, 7]),
        // Version 1: offsets and lengths of four bytes; method 1; two extents, of 3 and 2 bytes.
        boxed(
            b"iloc",
            &[1, 0, 0, 0, 0x44, 0, 0, 1, 0, 7, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 6, 0, 0, 0, 2],
        ),
        boxed(
            b"iinf",
            &[&[0, 0, 0, 0, 0, 1][..], &boxed(b"infe", &[&[2, 0, 0, 0, 0, 7, 0, 0][..], kind, &[0]].concat())].concat(),
        ),
        boxed(
            b"iprp",
            &[boxed(b"ipco", &all), boxed(b"ipma", &[&[0, 0, 0, 0, 0, 0, 0, 1, 0, 7, count][..], &used].concat())]
                .concat(),
        ),
        boxed(b"idat", b"-abc--de--"),
    ]
    .concat();
    [boxed(b"ftyp", b"avif\0\0\0\0avifmif1"), boxed(b"free", b"x"), boxed(b"meta", &meta)].concat()
}

#[test]
fn items_are_put_together() {
    let bytes = file(b"av01", &[boxed(b"colr", &[b"nclx", &[0, 1, 0, 13, 0, 6, 0x80][..]].concat())]);
    let still = Still::read(&bytes).unwrap();
    assert_eq!((still.stored, still.facts.orientation), (Size::new(5, 3), Orientation::Upright));
    assert_eq!(still.color.data, [b"abcde"]);
    assert!(still.alpha.is_none());
    let want = Meaning { matrix: Some(6), full_range: Some(true), space: Some([1, 13]), icc: None };
    assert_eq!(still.facts.meaning, want);
    let bytes = file(b"av01", &[boxed(b"colr", b"profabc")]);
    assert_eq!(Still::read(&bytes).unwrap().facts.meaning.icc.as_deref(), Some(&b"abc"[..]));
    for end in 0..bytes.len() {
        assert!(Still::read(&bytes[..end]).is_err(), "{end}");
    }
    // A grid without tiles is damaged, and other items are named in the error.
    assert_eq!(Still::read(&file(b"grid", &[])).unwrap_err().code(), ErrorCode::Format);
    assert_eq!(Still::read(&file(b"iovl", &[])).unwrap_err().code(), ErrorCode::Unsupported);
}

#[test]
fn turned_first_and_then_mirrored() {
    // The EXIF orientation that moves stored pixels to the same positions.
    for (turns, mirror, tag) in [
        (None, None, 1),
        (Some(1), None, 8),
        (Some(2), None, 3),
        (Some(3), None, 6),
        (None, Some(0), 4),
        (None, Some(1), 2),
        (Some(1), Some(0), 5),
        (Some(1), Some(1), 7),
        (Some(2), Some(0), 2),
        (Some(2), Some(1), 4),
        (Some(3), Some(0), 7),
        (Some(3), Some(1), 5),
    ] {
        let properties: Vec<_> = turns
            .map(|turns| boxed(b"irot", &[turns]))
            .into_iter()
            .chain(mirror.map(|mirror| boxed(b"imir", &[mirror])))
            .collect();
        let still = Still::read(&file(b"av01", &properties)).unwrap();
        assert_eq!(still.facts.orientation.to_exif(), tag, "{turns:?} {mirror:?}");
    }
}

#[test]
fn a_clean_aperture_is_cut_out() {
    let clap = |numbers: [i32; 8]| boxed(b"clap", &numbers.map(i32::to_be_bytes).concat());
    let shown = |numbers| Still::read(&file(b"av01", &[clap(numbers)])).unwrap().shown;
    // Of 5x3 pixels: one from the middle, and a 2x2 area at the top left.
    assert_eq!(shown([1, 1, 1, 1, 0, 1, 0, 1]), Rect { x: 2, y: 1, width: 1, height: 1 });
    assert_eq!(shown([2, 1, 4, 2, -3, 2, -1, 2]), Rect { x: 0, y: 0, width: 2, height: 2 });
    // Apertures that are outside, cut through pixels or divide by zero are ignored.
    let whole = Rect { x: 0, y: 0, width: 5, height: 3 };
    for bad in [
        [2, 1, 1, 1, 0, 1, 0, 1],
        [6, 1, 1, 1, 0, 1, 0, 1],
        [1, 1, 1, 1, 3, 1, 0, 1],
        [1, 1, 1, 1, -3, 1, 0, 1],
        [1, 0, 1, 1, 0, 1, 0, 1],
        [1, 1, 1, 1, 0, 0, 0, 1],
        [0, 1, 1, 1, 0, 1, 0, 1],
        [i32::MAX, 1, i32::MAX, 1, i32::MIN, 1, i32::MIN, 1],
    ] {
        assert_eq!(shown(bad), whole, "{bad:?}");
    }
    assert!(Meta::read(b"").is_none() && Facts::read(std::iter::empty()).unwrap().stored.is_none());
}

/// Encodes a raster of noise as AVIF, in one item.
fn single(size: Size, seed: u8) -> Vec<u8> {
    let pixel = |n: u64| u8::try_from((n * 7 + u64::from(seed)) % 200).unwrap();
    let samples = (0..size.pixels() * 3).map(pixel).collect();
    let settings = Settings {
        quality: 90,
        lossless: false,
        exact: false,
        progressive: false,
        chroma_420: false,
        smallest: false,
        stop: crate::stop::Stop::new(),
    };
    let image = Raster::new(size, Channels::Rgb, samples).unwrap().into();
    encode::AvifEncoder.encode(&image, &settings, &Attachments::default()).unwrap()
}

fn decode(file: &[u8], limits: &Limits) -> Result<Raster, Error> {
    let file = Avif.open(file, limits)?;
    file.decode(&Request::plain(file.info().size, &Stop::new()))
}

#[test]
fn tiles_of_a_grid_stand_side_by_side() {
    let size = Size::new(64, 64);
    let read = |bytes: &[u8]| decode(bytes, &Limits::default()).unwrap();
    let (a, b) = (single(size, 0), single(size, 99));
    let data = |file: &[u8]| Still::read(file).unwrap().color.data.remove(0);
    let (first, second) = (data(&a), data(&b));
    // A grid of one row and two columns that shows 100x64 pixels, followed by the tiles.
    let grid = [0, 0, 0, 1, 0, 100, 0, 64];
    let idat = [&grid[..], &first, &second].concat();
    let infe = |id: u8, kind: &[u8; 4]| boxed(b"infe", &[&[2, 0, 0, 0, 0, id, 0, 0][..], kind, &[0]].concat());
    let place = |id: u8, at: usize, length: usize| {
        let numbers = [at, length].map(|n| u32::try_from(n).unwrap().to_be_bytes()).concat();
        [&[0, id, 0, 1, 0, 0, 0, 1][..], &numbers].concat()
    };
    let places = [place(1, 0, 8), place(2, 8, first.len()), place(3, 8 + first.len(), second.len())].concat();
    let meta = [
        vec![0; 4],
        boxed(b"pitm", &[0, 0, 0, 0, 0, 1]),
        boxed(b"iloc", &[&[1, 0, 0, 0, 0x44, 0, 0, 3][..], &places].concat()),
        boxed(b"iinf", &[&[0, 0, 0, 0, 0, 3][..], &infe(1, b"grid"), &infe(2, b"av01"), &infe(3, b"av01")].concat()),
        boxed(b"iref", &[&[0; 4][..], &boxed(b"dimg", &[0, 1, 0, 2, 0, 2, 0, 3])].concat()),
        boxed(
            b"iprp",
            &[
                boxed(b"ipco", &boxed(b"ispe", &[0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 64])),
                boxed(b"ipma", &[0, 0, 0, 0, 0, 0, 0, 2, 0, 2, 1, 1, 0, 3, 1, 1]),
            ]
            .concat(),
        ),
        boxed(b"idat", &idat),
    ]
    .concat();
    let file = [boxed(b"ftyp", b"avif\0\0\0\0avifmif1"), boxed(b"meta", &meta)].concat();
    let image = read(&file);
    assert_eq!(Avif.open(&file, &Limits::default()).unwrap().info().size, Size::new(100, 64));
    let (left, right) = (read(&a), read(&b));
    for (row, (left, right)) in image.rows().zip(left.rows().zip(right.rows())) {
        let off = |(a, b): (&u8, &u8)| a.abs_diff(*b);
        let most = row.iter().zip(left.iter().chain(right)).map(off).max();
        // Matrix and range are those of the AV1 data. The primaries have no effect.
        assert!(most <= Some(1), "{most:?}");
    }
    for end in 0..file.len() {
        _ = Still::read(&file[..end]);
    }
    let limits = Limits { memory: 100_000, ..Limits::default() };
    assert_eq!(decode(&file, &limits).unwrap_err().code(), ErrorCode::Limit);
}

/// Returns a sequence of two frames of 16x16 pixels, the first shown for a second and the second for two, played three
/// times.
fn sequence(frames: &[Vec<u8>; 2]) -> Vec<u8> {
    let long = |numbers: &[u32]| numbers.iter().flat_map(|n| n.to_be_bytes()).collect::<Vec<u8>>();
    let entry = [&[0; 24][..], &[0, 16, 0, 16], &[0; 50]].concat();
    let lengths = frames.each_ref().map(|frame| u32::try_from(frame.len()).unwrap());
    let movie = |offset: u32| {
        let table = [
            boxed(b"stsd", &[long(&[0, 1]), boxed(b"av01", &entry)].concat()),
            boxed(b"stts", &long(&[0, 2, 1, 10, 1, 20])),
            // Each chunk holds one frame.
            boxed(b"stsc", &long(&[0, 1, 1, 1, 1])),
            boxed(b"stsz", &long(&[0, 0, 2, lengths[0], lengths[1]])),
            boxed(b"stco", &long(&[0, 2, offset, offset + lengths[0]])),
        ];
        let media = [
            boxed(b"mdhd", &long(&[0, 0, 0, 10, 30, 0])),
            boxed(b"hdlr", &[&[0; 8][..], b"pict", &[0; 13]].concat()),
            boxed(b"minf", &boxed(b"stbl", &table.concat())),
        ];
        let track = [
            boxed(b"tkhd", &[long(&[1, 0, 0, 1, 0, 90]), vec![0; 60]].concat()),
            boxed(b"edts", &boxed(b"elst", &long(&[1, 1, 30, 0, 0x1_0000]))),
            boxed(b"mdia", &media.concat()),
        ];
        boxed(b"moov", &boxed(b"trak", &track.concat()))
    };
    let start = boxed(b"ftyp", b"avis\0\0\0\0avisavif");
    let offset = start.len() + movie(0).len() + 8;
    [start, movie(u32::try_from(offset).unwrap()), boxed(b"mdat", &frames.concat())].concat()
}

#[test]
fn a_sequence_plays() {
    let (size, limits) = (Size::new(16, 16), Limits::default());
    let stills = [single(size, 0), single(size, 99)];
    let data = stills.each_ref().map(|file| Still::read(file).unwrap().color.data.remove(0));
    let file = sequence(&data);
    let opened = Avif.open(&file, &limits).unwrap();
    assert_eq!((opened.info().size, opened.info().frames), (size, 2));
    let mut animation = opened.animation(None).unwrap();
    assert_eq!(animation.plays().map(std::num::NonZeroU32::get), Some(3));
    for (still, seconds) in stills.iter().zip([1, 2]) {
        assert_eq!(animation.advance().unwrap(), Some(std::time::Duration::from_secs(seconds)));
        let (shown, still) = (animation.image().unwrap(), decode(still, &limits).unwrap());
        let most = shown.samples().iter().zip(still.samples()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(most <= Some(1), "{most:?}");
    }
    assert_eq!(animation.advance().unwrap(), None);
    // A file that is cut short plays as far as possible. No prefix and no changed byte causes a failure.
    for end in 0..file.len() {
        _ = Movie::read(&file[..end]);
    }
    for at in 0..file.len() - data.concat().len() {
        for byte in [0, 1, 0x7F, 0xFF] {
            let mut bad = file.clone();
            bad[at] = byte;
            if let Some(movie) = Movie::read(&bad) {
                _ = (movie.frames(), movie.memory());
            }
        }
    }
}
