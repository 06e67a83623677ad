use super::*;
use crate::code::ErrorCode;
use crate::stop::Stop;

type Tags<'a> = [(u16, &'a [u16])];

/// Returns a file with one strip, in the requested byte order. All tags have 16-bit values.
fn file(little: bool, tags: &Tags<'_>, data: &[u8]) -> Vec<u8> {
    let short = |n: u16| if little { n.to_le_bytes() } else { n.to_be_bytes() };
    let long = |n: usize| {
        let n = u32::try_from(n).unwrap();
        if little { n.to_le_bytes() } else { n.to_be_bytes() }
    };
    let mut tags = tags.to_vec();
    let length = [u16::try_from(data.len()).unwrap()];
    tags.extend([(273, &[0][..]), (279, &length[..])]);
    tags.sort_by_key(|(tag, _)| *tag);
    let mut outside = 10 + 12 * tags.len() + 4;
    let data_at = outside + tags.iter().filter(|(_, values)| values.len() > 2).map(|(_, v)| v.len() * 2).sum::<usize>();
    let (mut out, mut behind) = (if little { b"II*\0" } else { b"MM\0*" }.to_vec(), Vec::new());
    out.extend(long(8));
    out.extend(short(u16::try_from(tags.len()).unwrap()));
    for (tag, values) in tags {
        let at = [u16::try_from(data_at).unwrap()];
        let values = if tag == 273 { &at } else { values };
        out.extend([short(tag), short(3)].concat());
        out.extend(long(values.len()));
        let bytes: Vec<u8> = values.iter().flat_map(|value| short(*value)).collect();
        if bytes.len() <= 4 {
            out.extend(&bytes);
            out.extend(vec![0; 4 - bytes.len()]);
        } else {
            out.extend(long(outside));
            outside += bytes.len();
            behind.extend(bytes);
        }
    }
    out.extend(long(0));
    [out, behind, data.to_vec()].concat()
}

fn read(bytes: &[u8]) -> Result<Raster, Error> {
    let limits = Limits::default();
    let file = Tiff.open(bytes, &limits)?;
    file.decode(&Request::plain(file.info().size, &Stop::new()))
}

fn pixels(bytes: &[u8]) -> Vec<[u8; 4]> {
    read(bytes).unwrap().pixels().collect()
}

const RED: [u8; 4] = [255, 0, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];
const BLACK: [u8; 4] = [0, 0, 0, 255];
const WHITE: [u8; 4] = [255; 4];

/// The size, bits per sample, photometric interpretation, and samples per pixel.
macro_rules! tags {
    ($width:expr, $height:expr, $bits:expr, $meaning:expr, $samples:expr $(, $tag:expr => $value:expr)*) => {
        &[(256, &[$width][..]), (257, &[$height]), (258, &[$bits; $samples][..]), (262, &[$meaning]),
          (277, &[$samples]) $(, ($tag, &$value[..]))*]
    };
}

#[test]
fn samples_of_all_sizes_and_meanings() {
    for little in [true, false] {
        let word = |n: u16| if little { n.to_le_bytes() } else { n.to_be_bytes() }.to_vec();
        let long = |n: u32| if little { n.to_le_bytes() } else { n.to_be_bytes() }.to_vec();
        let read = |tags: &[(u16, &[u16])], data: &[u8]| pixels(&file(little, tags, data));
        assert_eq!(read(tags!(3, 1, 1, 1, 1), &[0b1010_0000]), [WHITE, BLACK, WHITE]);
        assert_eq!(read(tags!(2, 1, 1, 0, 1), &[0b1000_0000]), [BLACK, WHITE]);
        assert_eq!(read(tags!(2, 1, 2, 1, 1), &[0b0111_0000]), [[85, 85, 85, 255], WHITE]);
        assert_eq!(read(tags!(2, 1, 4, 1, 1), &[0x1F]), [[17, 17, 17, 255], WHITE]);
        assert_eq!(read(tags!(1, 1, 8, 2, 3), &[255, 0, 0]), [RED]);
        assert_eq!(read(tags!(1, 1, 16, 2, 3), &[word(0), word(0), word(65535)].concat()), [BLUE]);
        assert_eq!(read(tags!(1, 1, 32, 1, 1), &long(u32::MAX)), [WHITE]);
        // Signed numbers are levels. Floats are linear light.
        assert_eq!(read(tags!(1, 1, 16, 1, 1, 339 => [2]), &word(77)), [[77, 77, 77, 255]]);
        assert_eq!(read(tags!(1, 1, 32, 1, 1, 339 => [3]), &long(0.5_f32.to_bits())), [[188, 188, 188, 255]]);
        assert_eq!(read(tags!(1, 1, 16, 1, 1, 339 => [3]), &word(0x3C00)), [WHITE]);
        // Red and blue, as CMYK, as YCbCr, and as Lab.
        assert_eq!(read(tags!(1, 1, 8, 5, 4), &[0, 255, 255, 0]), [RED]);
        assert_eq!(read(tags!(1, 1, 8, 6, 3, 530 => [1, 1]), &[76, 85, 255]), [[254, 0, 0, 255]]);
        assert_eq!(read(tags!(1, 1, 8, 8, 3), &[255, 0, 0]), [WHITE]);
        let red = read(tags!(1, 1, 8, 9, 3), &[136, 208, 195])[0];
        assert!(red[0] > 250 && red[1] < 10 && red[2] < 10, "{red:?}");
        let map = [0, 65535, 0, 0, 65535, 0];
        assert_eq!(read(tags!(2, 1, 1, 3, 1, 320 => map), &[0b1000_0000]), [RED, BLUE]);
    }
}

#[test]
fn opacity_is_divided_where_it_was_multiplied() {
    let half = [128, 64, 0, 128];
    assert_eq!(pixels(&file(true, tags!(1, 1, 8, 2, 4, 338 => [2]), &half)), [half]);
    assert_eq!(pixels(&file(true, tags!(1, 1, 8, 2, 4, 338 => [1]), &half)), [[255, 128, 0, 128]]);
    // A fourth sample without a declared meaning is opacity, as in libvips.
    assert_eq!(pixels(&file(true, tags!(1, 1, 8, 2, 4, 338 => [0]), &half)), [half]);
    assert_eq!(pixels(&file(true, tags!(1, 1, 8, 2, 4), &half)), [half]);
    assert_eq!(pixels(&file(true, tags!(1, 1, 8, 1, 2, 338 => [2]), &[9, 128])), [[9, 9, 9, 128]]);
    // A declared opacity takes precedence over an unspecified sample.
    assert_eq!(pixels(&file(true, tags!(1, 1, 8, 2, 5, 338 => [0, 2]), &[1, 2, 3, 0, 9])), [[1, 2, 3, 9]]);
}

#[test]
fn chroma_is_spread_over_its_pixels() {
    // Two units of 2x2 pixels side by side. The right one extends beyond the image.
    let data = [10, 20, 30, 40, 128, 128, 50, 60, 70, 80, 128, 128];
    let gray = |values: &[u8]| values.iter().map(|v| [*v, *v, *v, 255]).collect::<Vec<_>>();
    assert_eq!(pixels(&file(true, tags!(3, 2, 8, 6, 3), &data)), gray(&[10, 20, 50, 30, 40, 70]));
}

#[test]
fn compressed_strips() {
    let packed = [0xFE, 7, 0x80, 1, 8, 9];
    let gray = [7, 7, 7, 8, 9].map(|v| [v, v, v, 255]);
    assert_eq!(pixels(&file(true, tags!(5, 1, 8, 1, 1, 259 => [32773]), &packed)), gray);
    let lzw = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8).encode(&[7, 0, 0, 1, 1]).unwrap();
    assert_eq!(pixels(&file(true, tags!(5, 1, 8, 1, 1, 259 => [5], 317 => [2]), &lzw)), gray);
    // Group 4: a row like the white one above it, then two white, three black and three white pixels (T.6).
    let fax = [0b1001_0111, 0b1010_0001, 0b0000_0000, 0b0001_0000];
    let image = pixels(&file(true, tags!(8, 2, 1, 0, 1, 259 => [4]), &fax));
    assert!(image[..8].iter().all(|pixel| *pixel == WHITE));
    assert_eq!(image[8..], [WHITE, WHITE, BLACK, BLACK, BLACK, WHITE, WHITE, WHITE]);
}

#[test]
fn what_is_not_read_is_named() {
    let cases: [(&Tags<'_>, &str); 6] = [
        (tags!(1, 1, 8, 1, 1, 259 => [34925]), "LZMA"),
        (tags!(1, 1, 8, 1, 1, 259 => [34887]), "LERC"),
        (tags!(1, 1, 8, 32803, 1), "raw data"),
        (tags!(1, 1, 24, 1, 1, 339 => [3]), "size"),
        (tags!(1, 1, 8, 1, 1, 339 => [5]), "complex"),
        (&[(256, &[1]), (257, &[1]), (258, &[5, 6, 5]), (262, &[2]), (277, &[3])], "different sizes"),
    ];
    for (tags, name) in cases {
        let error = read(&file(true, tags, &[0; 16])).unwrap_err();
        assert!(error.code() == ErrorCode::Unsupported && error.to_string().contains(name), "{error}");
    }
}

#[test]
fn a_file_cut_short_is_shown_as_far_as_it_goes() {
    let whole = file(true, tags!(1, 3, 8, 2, 3), &[255, 0, 0, 255, 0, 0, 0, 0, 255]);
    let mut cut = read(&whole[..whole.len() - 2]).unwrap();
    assert_eq!(cut.take_notes(), [Note::CutShort]);
    assert_eq!(cut.pixels().collect::<Vec<_>>(), [RED, RED, WHITE]);
    assert_eq!(read(&whole[..whole.len() - 7]).unwrap_err().code(), ErrorCode::Format);
    for end in 0..whole.len() {
        _ = read(&whole[..end]);
    }
    // Neither an incorrect table nor a size without data allocates memory.
    assert_eq!(read(&file(true, tags!(9999, 9999, 8, 2, 3), &[1, 2])).unwrap_err().code(), ErrorCode::Format);
    let tiled = file(true, tags!(9, 9, 8, 2, 3, 322 => [65535], 323 => [65535], 324 => [0]), &[1, 2]);
    assert_eq!(read(&tiled).unwrap_err().code(), ErrorCode::Limit);
    for at in 4..whole.len() {
        for byte in [0, 1, 2, 3, 4, 0x7F, 0xFF] {
            let mut bad = whole.clone();
            bad[at] = byte;
            _ = read(&bad);
        }
    }
}
