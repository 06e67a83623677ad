//! The seeds of fuzzing: small files of each format, drawn here, and texts. They are written to `fuzz/seeds/`, which is
//! not under version control: `cargo test --test seeds -- --ignored`.
#![cfg(feature = "pixels")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a test that cannot draw its image may stop"
)]

mod images;
mod movies;
mod profiles;

use std::path::Path;

use image::{DynamicImage, ImageFormat};
use originkit::Renderer;

use images::{Sampling, file, jpeg_sampled, jpeg_with_exif, photo, png_chunk, tiff_with_orientation, webp_with_exif};

#[test]
fn every_image_among_the_seeds_is_one() {
    for (name, bytes) in stills() {
        assert!((Renderer::new()).inspect(&bytes).is_ok(), "{name}");
    }
    for (name, bytes) in animated() {
        assert!((Renderer::new()).render(&bytes, &"f-gif".parse().unwrap()).is_ok(), "{name}");
    }
}

#[test]
#[ignore = "writes files for the fuzzer"]
fn write() {
    let prefixed = |prefixes: &[&[u8]], files: Vec<(String, Vec<u8>)>| -> Vec<(String, Vec<u8>)> {
        let each = |(number, prefix): (usize, &&[u8])| {
            files
                .iter()
                .map(move |(name, bytes)| (format!("{number}-{name}"), [prefix, &bytes[..]].concat()))
                .collect::<Vec<_>>()
        };
        prefixes.iter().enumerate().flat_map(each).collect()
    };
    let named = |bytes: Vec<Vec<u8>>| -> Vec<(String, Vec<u8>)> {
        bytes.into_iter().enumerate().map(|(number, bytes)| (number.to_string(), bytes)).collect()
    };
    let texts = |texts: &[&str]| named(texts.iter().map(|text| text.as_bytes().to_vec()).collect());
    let (first, drawn): (&[&[u8]], _) = (&[b"\0\0", b"\x01\0", b"\x02\0", b"\x0D\0"], [stills(), svgs()].concat());
    for (target, files) in [
        ("images", prefixed(first, drawn)),
        ("animations", prefixed(&[b"\0", b"\x01", b"\x02", b"\x03", b"\x05"], animated())),
        (
            "jpegs",
            named(
                jpegs()
                    .iter()
                    .flat_map(|(_, jpeg)| {
                        let body = &jpeg[3..jpeg.len() - 2];
                        [[&[9, 9, 0][..], body].concat(), [&[30, 3, 1][..], body].concat()]
                    })
                    .collect(),
            ),
        ),
        ("svg", svgs()),
        (
            "fonts",
            prefixed(&[b"\0", b"\x01", b"\x02", b"\x03", b"\x04", b"\x05"], named(vec![font(true), font(false)])),
        ),
        ("metadata", blocks()),
        ("apply", texts(TRANSFORMATIONS)),
        ("transformation", texts(TRANSFORMATIONS)),
        ("dialects", texts(DIALECTS)),
        ("requests", texts(REQUESTS)),
        ("builder", texts(BUILT)),
        ("stores", texts(STORED)),
        (
            "signatures",
            named(vec![
                [&[1, 0, 0, 0, 0x80, 9, 0, 1, b'a', b'b', b'c', 1][..], b"tr:w-30/a.jpg?v=1&x=a+b"].concat(),
                [&[0, 9, 0, 1, b'%', b'2', b'D', 3][..], b"a%2Cb.jpg"].concat(),
            ]),
        ),
        ("delivery", named(vec![b"\0\0\0\x02\0\0\x01\0\x05abcde\x02\0\0\x05\0\0".to_vec()])),
    ] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
        std::fs::create_dir_all(&folder).unwrap();
        for (name, bytes) in files {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
    }
}

type Named = Vec<(String, Vec<u8>)>;

fn jpegs() -> Named {
    let small = photo(40, 24);
    let mut all = Vec::new();
    for (name, sampling) in [("444", Sampling::R_4_4_4), ("420", Sampling::R_4_2_0), ("422", Sampling::R_4_2_2)] {
        for progressive in [false, true] {
            let restart = if progressive { 0 } else { 2 };
            all.push((format!("{name}-{progressive}.jpg"), jpeg_sampled(&small, 60, sampling, progressive, restart)));
        }
    }
    let gray = DynamicImage::from(photo(17, 9)).to_luma8();
    all.push(("gray.jpg".to_owned(), images::jpeg_at(70, &gray)));
    all.push(("turned.jpg".to_owned(), jpeg_with_exif(&images::jpeg(&photo(9, 20)), 6)));
    all
}

fn stills() -> Named {
    let mut all = jpegs();
    let mut push = |name: &str, bytes: Vec<u8>| all.push((name.to_owned(), bytes));
    let image = photo(20, 14);
    let mut clear = DynamicImage::from(image.clone()).to_rgba8();
    clear.pixels_mut().step_by(3).for_each(|pixel| pixel.0[3] = 99);
    let deep = DynamicImage::from(clear.clone()).to_rgba16();
    let gray = DynamicImage::from(image.clone()).to_luma8();
    for (name, format) in [("png", ImageFormat::Png), ("webp", ImageFormat::WebP), ("tiff", ImageFormat::Tiff)] {
        push(&format!("rgb.{name}"), file(image.clone(), format));
        push(&format!("rgba.{name}"), file(clear.clone(), format));
    }
    push("gray.png", file(gray.clone(), ImageFormat::Png));
    push("deep.png", file(DynamicImage::from(deep.clone()), ImageFormat::Png));
    push("deep.tiff", file(DynamicImage::from(deep), ImageFormat::Tiff));
    push("rgb.bmp", file(image.clone(), ImageFormat::Bmp));
    push("rgba.bmp", file(clear.clone(), ImageFormat::Bmp));
    push("gray.bmp", file(gray, ImageFormat::Bmp));
    push("rgba.ico", file(clear.clone(), ImageFormat::Ico));
    push("a.gif", file(clear.clone(), ImageFormat::Gif));
    push("turned.tiff", tiff_with_orientation(&image, 6));
    push("palette.png", palette_png());
    let webp = file(clear.clone(), ImageFormat::WebP);
    push("turned.webp", webp_with_exif(&webp, (20, 14), 6));
    if cfg!(feature = "webp-lossy") {
        let png = file(clear, ImageFormat::Png);
        for text in ["f-webp,q-50", "f-webp,q-50,bg-FFFFFF,w-33"] {
            let made = (Renderer::new()).render(&png, &text.parse().unwrap()).unwrap();
            push(&format!("lossy-{}.webp", text.len()), made.bytes.to_vec());
        }
    }
    push("runs.bmp", runs_bmp());
    if cfg!(feature = "qoi") {
        push("a.qoi", qoi());
    }
    all
}

fn animated() -> Named {
    let mut all = vec![
        ("parts.gif".to_owned(), movies::gif_of_parts()),
        ("parts.webp".to_owned(), movies::webp_of_parts()),
        ("parts.png".to_owned(), movies::png_of_parts()),
    ];
    for movie in [movies::square(), movies::ghost()] {
        let name = movie.name.replace(' ', "-");
        all.push((format!("{name}.gif"), movies::gif(&movie)));
        all.push((format!("{name}.webp"), movies::webp(&movie)));
        all.push((format!("{name}.png"), movies::png(&movie)));
    }
    all
}

/// A PNG of two bits per pixel, interlaced, with a palette and transparency, which no encoder here writes.
fn palette_png() -> Vec<u8> {
    let head = [&8_u32.to_be_bytes()[..], &8_u32.to_be_bytes(), &[2, 3, 0, 0, 1]].concat();
    // Rows of the seven passes (PNG, 8.2), each with its filter in front.
    let rows: Vec<u8> = [1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2]
        .iter()
        .flat_map(|length| {
            let mut row = vec![0; length + 1];
            row[*length] = 0x1B;
            row
        })
        .collect();
    let length = rows.len() as u16;
    let (a, b) = rows.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (a + b) % 65_521)
    });
    let data =
        [&[0x78, 1, 1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), &rows, &(b << 16 | a).to_be_bytes()];
    [
        &b"\x89PNG\r\n\x1a\n"[..],
        &png_chunk(b"IHDR", &head),
        &png_chunk(b"PLTE", &[255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]),
        &png_chunk(b"tRNS", &[0, 128]),
        &png_chunk(b"IDAT", &data.concat()),
        &png_chunk(b"IEND", &[]),
    ]
    .concat()
}

/// A bitmap of 4x2 pixels of 8 bits in runs: one of three, a single one, the end of the line, four literal ones.
fn runs_bmp() -> Vec<u8> {
    let codes = [3, 1, 1, 0, 0, 0, 0, 4, 0, 1, 2, 3, 0, 1];
    let mut out = b"BM".to_vec();
    out.extend(u32::to_le_bytes(54 + 16 + codes.len() as u32));
    out.extend([0; 4]);
    out.extend(u32::to_le_bytes(54 + 16));
    for number in [40_u32, 4, 2, 1 | 8 << 16, 1, codes.len() as u32, 0, 0, 4, 0] {
        out.extend(number.to_le_bytes());
    }
    out.extend([0, 0, 0, 0, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0]);
    out.extend(codes);
    out
}

/// An image of 4x4 pixels: a colour, one that differs a little, one of the index, a run.
fn qoi() -> Vec<u8> {
    let ops = [&[0xFF, 200, 100, 50, 128][..], &[0x40 | 0x2B], &[0x80 | 0x22, 0x88], &[0xFE, 1, 2, 3], &[0xC0 | 11]];
    [&b"qoif\0\0\0\x04\0\0\0\x04\x04\0"[..], &ops.concat(), &[0, 0, 0, 0, 0, 0, 0, 1]].concat()
}

/// A font of four glyphs: an empty one, a square, the same with curves, and one composed of both. With tables for
/// shaping, `f` and `i` are a ligature and `A V` are kerned.
fn font(shapes: bool) -> Vec<u8> {
    let be = |numbers: &[i16]| numbers.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>();
    let outline = |flags: [u8; 4]| {
        let head = be(&[1, 0, 0, 600, 700, 3, 0]);
        [head, flags.to_vec(), be(&[0, 600, 0, -600]), be(&[0, 0, 700, 0])].concat()
    };
    let composed = be(&[-1, 0, 0, 600, 700, 0x0023, 1, 10, 20, 0x000B, 2, 30, 40, 0x2000]);
    let glyphs = [Vec::new(), outline([1; 4]), outline([1, 0, 1, 0]), composed];
    let mut places = vec![0_u32];
    let mut glyf = Vec::new();
    for glyph in glyphs {
        glyf.extend(glyph);
        glyf.resize(glyf.len().next_multiple_of(4), 0);
        places.push(glyf.len() as u32);
    }
    let loca = places.iter().flat_map(|place| place.to_be_bytes()).collect::<Vec<u8>>();
    let head = [
        &[0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x5F, 0x0F, 0x3C, 0xF5, 0, 0][..],
        &be(&[1000]),
        &[0; 16],
        &be(&[0, 0, 600, 700, 0, 8, 2, 1, 0]),
    ]
    .concat();
    let hhea = [&[0, 1, 0, 0][..], &be(&[800, -200, 0, 700, 0, 0, 600, 1, 0, 0, 0, 0, 0, 0, 0, 4])].concat();
    let maxp = [&[0, 1, 0, 0][..], &be(&[4, 8, 2, 8, 2, 1, 0, 0, 0, 0, 0, 0, 2, 1])].concat();
    let hmtx = be(&[500, 0, 700, 0, 700, 0, 700, 0]);
    let group = |from: u32, to: u32, glyph: u32| [from, to, glyph].map(u32::to_be_bytes).concat();
    let groups =
        [group(0x20, 0x20, 0), group(0x41, 0x41, 1), group(0x61, 0x62, 2), group(0x66, 0x66, 1), group(0x69, 0x69, 2)];
    let cmap_head = [0_u16, 1, 3, 10, 0, 12, 12, 0].map(u16::to_be_bytes).concat();
    let length = 16 + 12 * groups.len() as u32;
    let cmap = [cmap_head, [length, 0, groups.len() as u32].map(u32::to_be_bytes).concat(), groups.concat()].concat();
    let mut tables = vec![
        (b"cmap", cmap),
        (b"glyf", glyf),
        (b"head", head),
        (b"hhea", hhea),
        (b"hmtx", hmtx),
        (b"loca", loca),
        (b"maxp", maxp),
    ];
    if shapes {
        // One script, one feature, one lookup: glyphs 1 and 2 become 3.
        let script = be(&[1, 0x4446, 0x4C54, 8, 4, 0, 0, -1, 1, 0]);
        let feature = be(&[1, 0x6C69, 0x6761, 8, 0, 1, 0]);
        let ligature = be(&[1, 4, 4, 0, 1, 8, 1, 8, 1, 14, 1, 1, 1, 1, 1, 4, 3, 2, 2]);
        let lists = [10, 10 + script.len() as i16, 10 + (script.len() + feature.len()) as i16];
        let gsub = [be(&[1, 0]), be(&lists), script, feature, ligature].concat();
        tables.push((b"GSUB", gsub));
        let kern = be(&[0, 1, 0, 20, 1, 1, 6, 0, 0, 1, 2, -90]);
        tables.push((b"kern", kern));
    }
    tables.sort_by_key(|(name, _)| **name);
    let count = tables.len() as u16;
    let mut out = [&[0, 1, 0, 0][..], &count.to_be_bytes(), &[0, 64, 0, 2, 0, 48]].concat();
    let mut body = Vec::new();
    for (name, table) in &tables {
        let place = 12 + 16 * u32::from(count) + body.len() as u32;
        out.extend([&name[..], &[0; 4], &place.to_be_bytes(), &(table.len() as u32).to_be_bytes()].concat());
        body.extend(table);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    [out, body].concat()
}

/// Returns the number of a carrier, that of a transformation, and a block.
fn blocks() -> Named {
    let profiles = [profiles::srgb(), profiles::wide_with_table(), profiles::gray(2.2), profiles::cmyk()];
    let xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><a tiff:Orientation=\"6\">b</a></x:xmpmeta>".to_vec();
    let iptc = b"8BIM\x04\x04\0\0\0\0\0\x08\x1C\x02\x05\0\x03abc".to_vec();
    let mut all = Vec::new();
    for (carriers, blocks) in [
        (&[0_u8, 1, 5, 8, 11][..], profiles.to_vec()),
        (&[2, 6, 9, 12], vec![images::exif(6), images::exif(6)[8..].to_vec()]),
        (&[3, 7, 10, 13], vec![xmp]),
        (&[4], vec![iptc]),
    ] {
        for carrier in carriers {
            for (number, block) in blocks.iter().enumerate().filter(|(_, block)| block.len() < 20_000) {
                for wanted in 0..3 {
                    all.push((format!("{carrier}-{number}-{wanted}"), [&[*carrier, wanted][..], block].concat()));
                }
            }
        }
    }
    all
}

fn svgs() -> Named {
    const NS: &str = "xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'";
    let bodies = [
        "<rect x='5' y='2' width='10' height='3' fill='#123456'/>",
        "<linearGradient id='g'><stop stop-color='red'/><stop offset='1' stop-color='blue'/></linearGradient>\
         <g opacity='.5'><rect width='40' height='30' fill='url(#g)'/><circle cx='20' cy='15' r='9'/></g>",
        "<filter id='f'><feGaussianBlur stdDeviation='4'/><feOffset dx='3'/></filter><mask id='m'><path \
         d='M0 0L9 9C1 2 3 4 5 6z' fill='#fff'/></mask><clipPath id='c'><circle r='14'/></clipPath><g mask='url(#m)' \
         clip-path='url(#c)' filter='url(#f)'><rect width='40' height='30' fill='red'/></g>",
        "<style>.a{fill:url(#p);stroke:blue} @media print{a{b:c}} #b>c{d:e}</style><pattern id='p' width='4' \
         height='4' patternUnits='userSpaceOnUse'><circle r='2'/></pattern><rect class='a' width='30' height='20'/>",
        "<defs><symbol id='s' viewBox='0 0 9 9'><ellipse rx='4' ry='2'/></symbol></defs><use href='#s' width='9'/>\
         <use xlink:href='#s' transform='rotate(30) scale(2)'/>",
        "<text x='3' y='20' font-size='12'>Hi <tspan dx='2' font-weight='bold'>there</tspan></text><path id='t' \
         d='M0 9h30'/><text><textPath href='#t'>on a path</textPath></text>",
        "<script>alert(1)</script><a href='javascript:alert(2)'><circle r='9' onload='a()'/></a><foreignObject/>\
         <image href='https://example.com/a.png'/><!-- c --><?p i?>",
        "<animate attributeName='x' from='0' to='9' dur='1s'/><set attributeName='fill' to='red'/><image width='4' \
         height='4' href='data:image/png;base64,iVBORw0KGgo='/>",
    ];
    let mut all: Named = Vec::new();
    for (number, body) in bodies.iter().enumerate() {
        all.push((format!("{number}.svg"), format!("<svg {NS} viewBox='0 0 40 30'>{body}</svg>").into_bytes()));
    }
    let entities = "<!DOCTYPE svg [<!ENTITY a 'fill=\"red\"'><!ENTITY b '&#35;c'>]>";
    all.push((
        "entities.svg".to_owned(),
        format!("{entities}<svg {NS}><title>&b;</title><rect id='&b;'/></svg>").into(),
    ));
    let wide: Vec<u8> = format!("\u{FEFF}<svg {NS} width='9'/>").encode_utf16().flat_map(u16::to_le_bytes).collect();
    all.push(("wide.svg".to_owned(), wide));
    all
}

const TRANSFORMATIONS: &[&str] = &[
    "w-300,h-200:rt-90",
    "w-40,h-30,cm-pad_resize,bg-blurred_20_100,r-max,b-3_FF0000,f-png",
    "l-image,i-a.jpg,w-9,lx-3,ly-N2,lm-multiply,l-end",
    "l-image,i-ik_canvas,w-20,h-9,bg-FF000080,r-4,l-end,f-webp",
    "l-text,i-Hello World,fs-12,co-FF0000,pa-2,bg-00FF00,tg-b_i,ia-center,w-30,l-end",
    "if-w_gt_10,w-iw_div_2,if-else,h-bh_mul_0.5,if-end:e-grayscale",
    "e-shadow-bl-15_st-40_x-10_y-N5:e-gradient-ld-top_from-green_to-00FF0010_sp-1",
    "e-distort-p-1_1_20_2_18_12_2_14:e-usm-2-2-0.8-0.024",
    "t-true,bl-4,o-50,cr-FFFFFF_50_000000,e-colorize-co-red_in-40",
    "x-3,y-2,w-9,h-9,cm-extract,fo-auto,z-0.5,dpr-2,q-40,pr-true,f-jpg",
];

const DIALECTS: &[&str] = &[
    "\0c_fill,w_100,h_50,g_auto/f_auto,q_auto/l_text:Arial_20:Hi,co_red/fl_layer_apply,x_3/a.jpg",
    "\x01w_0.5,ar_16:9,c_thumb,r_max,e_grayscale,a_90,b_rgb:ff0000/a.jpg",
    "\x02a.jpg?w=100&h=50&fit=crop&auto=format&txt=Hi&blur=9&rect=1,2,3,4",
    "\x03a.jpg?im=Resize=(30,20);Crop,size=(9,9);Grayscale&imwidth=100",
];

const REQUESTS: &[&str] = &[
    "0tr:w-300,h-200/a%20b/c.jpg?v=1&ik-attachment=true\n0image/avif,image/webp\n1Old\n3 2\n9Mon, 01 Jan \
     2024 00:00:00 GMT",
    "1a.jpg?tr=w-auto,dpr-auto\n42\n5300\n0*/*",
    "2a.jpg?w=300&fit=crop&auto=format\n2on\nhcookie=1",
    "3c_fill,w_100/a.jpg\n8\"a\", W/\"b\"",
    "0ik-seo/a/b.jpg/ik-thumbnail.jpg\n2on",
    "0tr:n-small:l-image,i-x.png,l-end/..%2F/a.jpg",
];

const BUILT: &[&str] = &[
    "\x01a/b c.jpg\nw-300,fo-top\nname\nsave as.jpg\nv\n1 2",
    "\0a.jpg\nl-text,i-a%20b,l-end:r-max\n\n\u{e9}.jpg\nq\n&=",
    "\x01\u{e9}//a.png\n\n\n\n",
];

const STORED: &[&str] = &[
    "\x02etag \"a\"\nlast-modified Sun, 06 Nov 1994 08:49:37 GMT\ncache-control max-age=5\n\
     content-type image/jpeg\nprivate true\nsent 1699999999\n\nbody",
    "\x03content-type image/svg+xml\nextension svg\netag \"a\"\nmodified 9\n\
     link <https://a/b>; rel=\"canonical\"\nfile true\ncache-control max-age=9\nsent 1699999999\n\
     fresh-until 1700000009\n\n<svg/>",
    "\0originkit original 2\nkey a\n",
];
