//! Files that are damaged, cut short or oddly made, drawn here: shown as browsers show them, and told.

use image::{ImageFormat, Rgb, RgbImage, RgbaImage};
use originkit::render::Note;
use originkit::transform::Transformation;
use originkit::{ErrorCode, Renderer};

use crate::images::{file, png_with};

/// The image and the notes of a file, whole; and what a small one of it says, which is no refusal where the whole is none.
#[track_caller]
fn shown(file: &[u8]) -> (RgbaImage, Vec<Note>) {
    let run = |text: &str| (Renderer::new()).render(file, &text.parse::<Transformation>().unwrap()).unwrap();
    let (whole, small) = (run("f-png"), run("w-1,f-png"));
    assert_eq!(whole.notes, small.notes, "one answer for one file");
    let mut strict = Renderer::new();
    strict.rules.refuse_damaged = true;
    let refused = strict.render(file, &"f-png".parse().unwrap());
    let damaged = whole.notes.iter().any(Note::is_damage);
    assert_eq!(refused.is_err(), damaged);
    assert!(refused.is_ok() || refused.is_err_and(|error| error.code() == ErrorCode::Format));
    (image::load_from_memory(&whole.bytes).unwrap().to_rgba8(), whole.notes)
}

const RED: [u8; 4] = [255, 0, 0, 255];
const GREEN: [u8; 4] = [0, 255, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];
const BLACK: [u8; 4] = [0, 0, 0, 255];
const CLEAR: [u8; 4] = [0; 4];

/// The codes of pixels with the numbers 0 to 3 (`GIF89a`, appendix F), in three and then four bits: clear, the numbers,
/// end.
fn codes(bits: &[(u32, u32)]) -> Vec<u8> {
    let (mut all, mut at) = (0_u64, 0);
    for (code, length) in bits {
        all |= u64::from(*code) << at;
        at += length;
    }
    let data = all.to_le_bytes()[..3].to_vec();
    [&[2, 3][..], &data, &[0]].concat()
}

const ALL: [(u32, u32); 6] = [(4, 3), (0, 3), (1, 3), (2, 3), (3, 4), (5, 4)];
const HALF: [(u32, u32); 4] = [(4, 3), (0, 3), (1, 3), (5, 3)];

struct Gif {
    screen: [u8; 2],
    /// Where the frame lies.
    offset: [u8; 2],
    /// Colours of the palette; none is no palette.
    colors: usize,
    /// In front of the frame.
    extension: Vec<u8>,
    frame: Vec<u8>,
    behind: Vec<u8>,
}

impl Gif {
    fn new() -> Self {
        let (extension, behind) = (Vec::new(), b";".to_vec());
        Self { screen: [2, 2], offset: [0, 0], colors: 4, extension, frame: codes(&ALL), behind }
    }

    fn file(&self) -> Vec<u8> {
        let palette = [RED, GREEN, BLUE, [255; 4]].map(|color| color[..3].to_vec()).concat();
        let flags = match self.colors {
            0 => 0,
            2 => 0x80,
            _ => 0x81,
        };
        let mut file = b"GIF89a".to_vec();
        file.extend([self.screen[0], 0, self.screen[1], 0, flags, 0, 0]);
        file.extend(&palette[..self.colors * 3]);
        file.extend(&self.extension);
        file.extend([b',', self.offset[0], 0, self.offset[1], 0, 2, 0, 2, 0, 0]);
        file.extend(&self.frame);
        file.extend(&self.behind);
        file
    }
}

#[test]
fn gifs_are_shown_as_browsers_show_them() {
    let plain = || Gif::new();
    let control = |length: u8, index: u8| {
        let body = [1, 10, 0, index, 0, 0, 0];
        [&[b'!', 0xF9, length][..], &body[..length.into()], &[0]].concat()
    };
    let all = [RED, GREEN, BLUE, [255; 4]];
    for (name, gif, want, notes) in [
        ("plain", plain(), all, &[][..]),
        ("no trailer", Gif { behind: Vec::new(), ..plain() }, all, &[]),
        ("garbage behind it", Gif { behind: b"; and so on".to_vec(), ..plain() }, all, &[]),
        ("a screen of nothing", Gif { screen: [0, 0], ..plain() }, all, &[]),
        ("a screen too small", Gif { screen: [1, 1], ..plain() }, all, &[]),
        ("an unknown extension", Gif { extension: b"!\x77\x03abc\0".to_vec(), ..plain() }, all, &[]),
        ("zeros between blocks", Gif { extension: b"\0\0".to_vec(), ..plain() }, all, &[]),
        ("transparency", Gif { extension: control(4, 1), ..plain() }, [RED, CLEAR, BLUE, [255; 4]], &[]),
        ("a control too long", Gif { extension: control(5, 0), ..plain() }, [CLEAR, GREEN, BLUE, [255; 4]], &[]),
        (
            "two controls",
            Gif { extension: [control(4, 0), control(4, 2)].concat(), ..plain() },
            [RED, GREEN, CLEAR, [255; 4]],
            &[],
        ),
        ("numbers beyond the palette", Gif { colors: 2, ..plain() }, [RED, GREEN, BLACK, BLACK], &[]),
        ("no palette", Gif { colors: 0, ..plain() }, [CLEAR; 4], &[]),
        ("no codes", Gif { frame: Vec::new(), behind: Vec::new(), ..plain() }, [CLEAR; 4], &[Note::CutShort]),
        ("half the codes", Gif { frame: codes(&HALF), ..plain() }, [RED, GREEN, CLEAR, CLEAR], &[Note::CutShort]),
    ] {
        let (image, found) = shown(&gif.file());
        assert_eq!(image.dimensions(), (2, 2), "{name}");
        assert_eq!(image.pixels().map(|pixel| pixel.0).collect::<Vec<_>>(), want, "{name}");
        assert_eq!(found, notes, "{name}");
    }
    let aside = shown(&Gif { screen: [3, 1], offset: [2, 1], ..Gif::new() }.file()).0;
    assert_eq!(aside.dimensions(), (4, 3), "the first frame enlarges the screen");
    assert_eq!((aside.get_pixel(2, 1).0, aside.get_pixel(0, 0).0), (RED, CLEAR));
}

/// Stripes that no two rows share.
fn stripes() -> RgbImage {
    RgbImage::from_fn(40, 60, |x, y| Rgb([(x * 6) as u8, (y * 4) as u8, (x * y % 251) as u8]))
}

#[test]
fn pngs_are_shown_as_far_as_they_go() {
    let whole = file(stripes(), ImageFormat::Png);
    let want = image::DynamicImage::from(stripes()).to_rgba8();
    let end = whole.len() - 12;
    let without_end = &whole[..end];
    assert_eq!(shown(without_end), (want.clone(), Vec::new()));
    assert_eq!(shown(&whole[..end + 6]), (want.clone(), Vec::new()));
    let mut checksum = whole.clone();
    checksum[end - 1] ^= 0x55;
    assert_eq!(shown(&checksum), (want.clone(), vec![Note::Corrupt]));
    // Two thirds of the file hold some rows, and each that is there is right.
    let (part, notes) = shown(&whole[..end * 2 / 3]);
    assert_eq!(notes, [Note::CutShort]);
    let rows = part.rows().zip(want.rows()).take_while(|(found, want)| found.clone().eq(want.clone())).count();
    assert!((5..60).contains(&rows), "{rows} rows");
    assert!(part.rows().skip(rows).flatten().all(|pixel| pixel.0 == [255; 4]), "the others are white");
    // Nothing at all is no image.
    let nothing = (Renderer::new()).render(&whole[..60], &"f-png".parse().unwrap());
    assert_eq!(nothing.unwrap_err().code(), ErrorCode::Format);
}

/// A palette of four bytes makes the decoder of `png` 0.18.1 panic.
#[test]
fn a_panic_of_a_decoder_is_an_error_of_its_request() {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, body) in [
        (b"IHDR", &b"\0\0\0\x02\0\0\0\x02\x08\x03\0\0\0"[..]),
        (b"PLTE", b"\x01\x02\x03\x04"),
        (b"IDAT", b"\x78\x01\x01\x06\0\xf9\xff\0\0\0\0\0\0\0\x06\0\x01"),
        (b"IEND", b""),
    ] {
        file.extend(crate::images::png_chunk(kind, body));
    }
    for text in ["f-png", "w-1,f-png", "bl-2,f-jpg"] {
        let error = (Renderer::new()).render(&file, &text.parse().unwrap()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::Format, "{text}");
    }
}

#[test]
fn colours_of_pngs_are_those_of_sound_chunks() {
    let gray = image::GrayImage::from_fn(16, 16, |x, y| image::Luma([(x + y * 16) as u8]));
    let plain = file(gray, ImageFormat::Png);
    let (linear, srgb) = (100_000_u32.to_be_bytes(), 45_455_u32.to_be_bytes());
    let with = |body: &[u8]| png_with(&plain, b"gAMA", body);
    let middle = |file: &[u8]| shown(file).0.get_pixel(4, 4).0[0];
    assert_eq!(middle(&plain), 68);
    // A grey of 68/255 light: 0.2667 is 141 as sRGB.
    assert_eq!(middle(&with(&linear)), 141, "gray has a gamma, too");
    assert_eq!(middle(&with(&srgb)), 68);
    let mut wrong = with(&linear);
    let at = wrong.windows(4).position(|four| four == b"gAMA").unwrap() + 8;
    wrong[at] ^= 1;
    assert_eq!(middle(&wrong), 68, "a chunk with a wrong checksum does not count");
    let twice = png_with(&with(&linear), b"gAMA", &srgb);
    assert_eq!(middle(&twice), 68, "the first of two counts");
}

#[cfg(feature = "webp-lossy")]
#[test]
fn webps_are_shown_as_far_as_they_go() {
    let image = RgbImage::from_fn(64, 160, |x, y| Rgb([(x * 4) as u8, y as u8, (x + y) as u8]));
    let options = Renderer::new();
    let whole = options.render(&file(image.clone(), ImageFormat::Png), &"f-webp,q-90".parse().unwrap()).unwrap().bytes;
    let want = shown(&whole).0;
    let (part, notes) = shown(&whole[..whole.len() * 3 / 4]);
    assert_eq!((part.dimensions(), notes), ((64, 160), vec![Note::CutShort]));
    let far = |row: u32| {
        let pixels = (0..64).map(|x| (part.get_pixel(x, row).0, want.get_pixel(x, row).0));
        pixels.map(|(a, b)| a.iter().zip(b).map(|(a, b)| a.abs_diff(b)).max().unwrap()).max().unwrap()
    };
    assert!(far(0) < 12 && far(40) < 12, "{} {}", far(0), far(40));
    assert_eq!(part.get_pixel(5, 159).0, [255; 4]);
}

/// A URL that asks for nothing is answered with the file, where nobody here can read it.
#[test]
fn what_cannot_be_read_passes_where_nothing_is_asked_for() {
    use originkit::delivery::{Input, Output};
    use originkit::{Endpoint, Engine, Origin, Settings};

    let ask = |path: &str, file: &[u8], settings: Settings| {
        let endpoint = Endpoint::new("https://img.example.com");
        let endpoint = endpoint.origin(Origin::new("https://www.example.com"));
        let engine = Engine::builder().endpoint(endpoint).settings(settings).build().unwrap();
        let request = http::Request::get(format!("https://img.example.com{path}")).body(()).unwrap();
        let mut delivery = engine.deliver(&request, std::time::SystemTime::UNIX_EPOCH);
        loop {
            match delivery.poll() {
                Output::Lookup(key) => _ = delivery.handle(Input::Found(key, None)),
                Output::Fetch(fetch) => {
                    _ = delivery.handle(Input::Head(fetch.id, http::Response::new(())));
                    _ = delivery.handle(Input::Chunk(fetch.id, bytes::Bytes::copy_from_slice(file)));
                    _ = delivery.handle(Input::End(fetch.id));
                }
                Output::Render(render) => _ = delivery.handle(Input::Rendered(render.run())),
                Output::Respond(response) => return response,
                _ => {}
            }
        }
    };
    let broken = b"\x89PNG\r\n\x1a\n and nothing that makes sense".as_slice();
    for (file, media) in [(broken, "image/png"), (b"\0\0\0\x20ftypheic and so on", "image/heic")] {
        let response = ask("/a.jpg", file, Settings::default());
        assert_eq!((response.status().as_u16(), &response.body()[..]), (200, file));
        assert_eq!(response.headers()["content-type"], media);
        assert_eq!(response.headers()["cache-control"], "public, max-age=60");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(ask("/tr:w-1/a.jpg", file, Settings::default()).status(), 400);
    }
    let mut strict = Settings::default();
    strict.refuse_damaged = true;
    assert_eq!(ask("/a.jpg", broken, strict).status(), 400);
    // Never as a document: an SVG that cannot be read may do anything.
    assert_eq!(ask("/a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><g", Settings::default()).status(), 400);
}
