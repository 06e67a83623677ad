//! Animations drawn by the tests, files made of them, and reading files by decoders that are not ours.
#![allow(dead_code, reason = "each test takes what it needs")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a test with known numbers")]

use std::io::Cursor;
use std::time::Duration;

use gif::{DisposalMethod, Encoder, Frame, Repeat};
use image::codecs::{gif::GifDecoder, png::PngDecoder, webp::WebPDecoder};
use image::{AnimationDecoder, ImageFormat, Rgba, RgbaImage};

use crate::images::{file, png_chunk};

/// Frames with their delays in milliseconds, and how often they are played; `None` without end.
pub(crate) struct Movie {
    pub(crate) name: &'static str,
    pub(crate) frames: Vec<(RgbaImage, u64)>,
    pub(crate) plays: Option<u32>,
}

impl Movie {
    pub(crate) fn still(image: RgbaImage) -> Self {
        Self { name: "a still", frames: vec![(image, 0)], plays: Some(1) }
    }

    /// The most colours of a frame.
    pub(crate) fn colors(&self) -> usize {
        self.frames.iter().map(|(frame, _)| palette(frame).len()).max().unwrap()
    }
}

pub(crate) fn movie(
    name: &'static str,
    count: u32,
    (width, height): (u32, u32),
    color: impl Fn(u32, u32, u32) -> [u8; 4],
) -> Movie {
    let frame = |frame| RgbaImage::from_fn(width, height, |x, y| Rgba(color(frame, x, y)));
    Movie { name, frames: (0..count).map(|at| (frame(at), 40 + 10 * u64::from(at))).collect(), plays: None }
}

/// A square that moves over a plain background, and rests for a frame.
pub(crate) fn square() -> Movie {
    movie("a square", 6, (48, 36), |frame, x, y| {
        let at = [0, 5, 11, 11, 23, 38][frame as usize];
        if (at..at + 10).contains(&x) && (8..18).contains(&y) { [220, 40, 30, 255] } else { [20, 60, 90, 255] }
    })
}

/// A spot that moves over nothing: what it leaves becomes transparent again.
pub(crate) fn ghost() -> Movie {
    movie("a ghost", 6, (40, 40), |frame, x, y| {
        let (cx, cy) = (5.0 + f64::from(frame) * 6.0, 8.0 + f64::from(frame * frame));
        let far = (f64::from(x) - cx).hypot(f64::from(y) - cy);
        if far < 7.0 { [40 * (far as u8), 200, 255 - 20 * (frame as u8), 255] } else { [0; 4] }
    })
}

/// Everything changes, in more colours than a palette holds.
pub(crate) fn wheel() -> Movie {
    movie("a wheel", 6, (64, 48), |frame, x, y| {
        let (fx, fy) = (f64::from(x) - 32.0, f64::from(y) - 24.0);
        let angle = fy.atan2(fx) + f64::from(frame) * 0.3;
        let level = |v: f64| (128.0 + 100.0 * v).clamp(0.0, 255.0) as u8;
        [level(angle.sin()), level((angle * 2.0).cos()), level(fx / 40.0), 255]
    })
}

fn palette(frame: &RgbaImage) -> Vec<[u8; 4]> {
    let mut colors: Vec<[u8; 4]> = frame.pixels().map(|p| p.0).collect();
    colors.sort_unstable();
    colors.dedup();
    colors
}

/// A GIF of whole frames. One with too many colours for a palette is tiled, each tile with a palette of its own.
pub(crate) fn gif(movie: &Movie) -> Vec<u8> {
    let (width, height) = movie.frames[0].0.dimensions();
    let mut encoder = Encoder::new(Vec::new(), width as u16, height as u16, &[]).unwrap();
    encoder.set_repeat(movie.plays.map_or(Repeat::Infinite, |plays| Repeat::Finite(plays as u16 - 1))).unwrap();
    for (image, delay) in &movie.frames {
        let colors = palette(image);
        if colors.len() <= 256 {
            encoder.write_frame(&indexed(image, (0, 0), *delay, DisposalMethod::Background)).unwrap();
            continue;
        }
        // There is no way to show several tiles at once, so the nearest of 8x8x4 levels has to do.
        let coarse = RgbaImage::from_fn(width, height, |x, y| Rgba(coarse(image.get_pixel(x, y).0)));
        encoder.write_frame(&indexed(&coarse, (0, 0), *delay, DisposalMethod::Keep)).unwrap();
    }
    encoder.into_inner().unwrap()
}

fn coarse([r, g, b, a]: [u8; 4]) -> [u8; 4] {
    [r | 31, g | 31, b | 63, a]
}

/// A frame in a palette of its own.
fn indexed(image: &RgbaImage, at: (u16, u16), delay: u64, dispose: DisposalMethod) -> Frame<'static> {
    let colors = palette(image);
    let indices = image.pixels().map(|p| colors.binary_search(&p.0).unwrap() as u8).collect::<Vec<_>>();
    let transparent = colors.iter().position(|c| c[3] == 0).map(|index| index as u8);
    let (width, height) = image.dimensions();
    let table: Vec<u8> = colors.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect();
    let mut frame = Frame::from_palette_pixels(width as u16, height as u16, indices, table, transparent);
    (frame.left, frame.top, frame.delay, frame.dispose) = (at.0, at.1, (delay / 10) as u16, dispose);
    frame
}

fn patch(size: (u32, u32), color: [u8; 4]) -> RgbaImage {
    // A hole in the middle, so that what is below matters.
    RgbaImage::from_fn(
        size.0,
        size.1,
        |x, y| {
            if (x, y) == (size.0 / 2, size.1 / 2) { Rgba([0; 4]) } else { Rgba(color) }
        },
    )
}

const RED: [u8; 4] = [230, 20, 20, 255];
const BLUE: [u8; 4] = [20, 30, 240, 255];
const GREEN: [u8; 4] = [10, 200, 30, 255];

/// Frames smaller than the screen, with all ways of disposal.
pub(crate) fn gif_of_parts() -> Vec<u8> {
    use DisposalMethod::{Any, Background, Keep, Previous};
    let mut encoder = Encoder::new(Vec::new(), 12, 10, &[]).unwrap();
    encoder.set_repeat(Repeat::Infinite).unwrap();
    for (size, at, color, dispose) in [
        ((12, 10), (0, 0), RED, Keep),
        ((4, 4), (2, 1), BLUE, Previous),
        ((5, 3), (6, 5), GREEN, Background),
        ((3, 8), (1, 1), BLUE, Previous),
        ((6, 6), (3, 2), GREEN, Background),
        ((2, 2), (10, 8), BLUE, Any),
        ((12, 10), (0, 0), RED, Background),
        ((1, 1), (0, 0), GREEN, Keep),
    ] {
        encoder.write_frame(&indexed(&patch(size, color), at, 50, dispose)).unwrap();
    }
    encoder.into_inner().unwrap()
}

fn three(number: u32) -> Vec<u8> {
    number.to_le_bytes()[..3].to_vec()
}

fn riff_chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&kind[..], &(body.len() as u32).to_le_bytes(), body, &vec![0; body.len() % 2]].concat()
}

fn webp_file(size: (u32, u32), plays: u16, frames: &[u8]) -> Vec<u8> {
    let head = [vec![0x12, 0, 0, 0], three(size.0 - 1), three(size.1 - 1)].concat();
    let control = [&[9, 9, 9, 9][..], &plays.to_le_bytes()].concat();
    let body = [b"WEBP", &riff_chunk(b"VP8X", &head)[..], &riff_chunk(b"ANIM", &control), frames].concat();
    riff_chunk(b"RIFF", &body)
}

fn webp_frame(size: (u32, u32), at: (u32, u32), delay: u64, flags: u8, chunks: &[u8]) -> Vec<u8> {
    let head = [three(at.0 / 2), three(at.1 / 2), three(size.0 - 1), three(size.1 - 1), three(delay as u32)].concat();
    riff_chunk(b"ANMF", &[&head[..], &[flags], chunks].concat())
}

/// A WebP of whole frames without loss.
pub(crate) fn webp(movie: &Movie) -> Vec<u8> {
    let size = movie.frames[0].0.dimensions();
    let frames = movie
        .frames
        .iter()
        .map(|(image, delay)| webp_frame(size, (0, 0), *delay, 2, &file(image.clone(), ImageFormat::WebP)[12..]));
    webp_file(size, movie.plays.unwrap_or(0) as u16, &frames.collect::<Vec<_>>().concat())
}

/// Frames smaller than the canvas, blended and not, disposed of and not.
pub(crate) fn webp_of_parts() -> Vec<u8> {
    let half = [0, 250, 250, 120];
    let frames = [
        ((12, 10), (0, 0), RED, 2),
        ((4, 4), (2, 2), BLUE, 0),
        ((5, 3), (6, 6), half, 1),
        ((3, 8), (0, 2), half, 2),
        ((6, 6), (4, 2), GREEN, 3),
        ((2, 2), (10, 8), half, 0),
    ];
    let frames = frames.map(|(size, at, color, flags)| {
        webp_frame(size, at, 50, flags, &file(patch(size, color), ImageFormat::WebP)[12..])
    });
    webp_file((12, 10), 0, &frames.concat())
}

/// The head of a WebP whose frames hold nothing.
pub(crate) fn webp_header(canvas: (u32, u32), count: usize, frame: (u32, u32)) -> Vec<u8> {
    webp_file(canvas, 0, &webp_frame(frame, (0, 0), 40, 0, b"VP8L\x05\0\0\0\x2F\0\0\0\0\0").repeat(count))
}

fn png_file(size: (u32, u32), plays: u32, count: u32, frames: &[u8]) -> Vec<u8> {
    let head = [&size.0.to_be_bytes()[..], &size.1.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    let control = [count.to_be_bytes(), plays.to_be_bytes()].concat();
    [
        &b"\x89PNG\r\n\x1a\n"[..],
        &png_chunk(b"IHDR", &head),
        &png_chunk(b"acTL", &control),
        frames,
        &png_chunk(b"IEND", b""),
    ]
    .concat()
}

struct Control {
    size: (u32, u32),
    at: (u32, u32),
    delay: (u16, u16),
    disposal: u8,
    blend: u8,
}

fn png_control(number: u32, control: &Control) -> Vec<u8> {
    let numbers = [number, control.size.0, control.size.1, control.at.0, control.at.1].map(u32::to_be_bytes).concat();
    let delay = [control.delay.0.to_be_bytes(), control.delay.1.to_be_bytes()].concat();
    png_chunk(b"fcTL", &[&numbers[..], &delay, &[control.disposal, control.blend]].concat())
}

/// The compressed pixels of a PNG.
fn png_data(image: &RgbaImage) -> Vec<u8> {
    let png = file(image.clone(), ImageFormat::Png);
    let (mut rest, mut data) = (&png[8..], Vec::new());
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        if &rest[4..8] == b"IDAT" {
            data.extend(&rest[8..8 + length]);
        }
        rest = &rest[12 + length..];
    }
    data
}

/// Frames in chunks: the first as `IDAT` unless there is an image for viewers that know of no animation.
fn png_frames(frames: &[(RgbaImage, Control)], first_is_shown: bool) -> Vec<u8> {
    let mut number = 0;
    let mut out = Vec::new();
    if !first_is_shown {
        out.extend(png_chunk(b"IDAT", &png_data(&frames[0].0)));
    }
    for (at, (image, control)) in frames.iter().enumerate() {
        out.extend(png_control(number, control));
        number += 1;
        let data = png_data(image);
        if at == 0 && first_is_shown {
            out.extend(png_chunk(b"IDAT", &data));
            continue;
        }
        // In two parts, as large files are.
        for data in data.chunks(data.len() / 2 + 1) {
            out.extend(png_chunk(b"fdAT", &[&number.to_be_bytes(), data].concat()));
            number += 1;
        }
    }
    out
}

/// A PNG of whole frames.
pub(crate) fn png(movie: &Movie) -> Vec<u8> {
    let size = movie.frames[0].0.dimensions();
    let frames: Vec<_> = movie
        .frames
        .iter()
        .map(|(image, delay)| {
            // 16 bits hold no more than 65 535 milliseconds.
            let delay = if *delay > 65_000 { ((*delay / 10) as u16, 100) } else { (*delay as u16, 1000) };
            (image.clone(), Control { size, at: (0, 0), delay, disposal: 0, blend: 0 })
        })
        .collect();
    png_file(size, movie.plays.unwrap_or(0), movie.frames.len() as u32, &png_frames(&frames, true))
}

/// Frames smaller than the canvas, blended and not, with all ways of disposal.
pub(crate) fn png_of_parts() -> Vec<u8> {
    let half = [0, 250, 250, 120];
    let frames: Vec<_> = [
        ((12, 10), (0, 0), RED, 0, 0),
        ((4, 4), (2, 1), BLUE, 2, 1),
        ((5, 3), (6, 5), half, 1, 1),
        ((3, 8), (1, 1), half, 2, 0),
        ((6, 6), (3, 2), GREEN, 1, 1),
        ((2, 2), (10, 8), half, 0, 1),
    ]
    .into_iter()
    .map(|(size, at, color, disposal, blend)| {
        (patch(size, color), Control { size, at, delay: (5, 0), disposal, blend })
    })
    .collect();
    png_file((12, 10), 0, 6, &png_frames(&frames, false))
}

/// Frames shown for a sixtieth of a second.
pub(crate) fn png_of_sixtieths(count: u32) -> Vec<u8> {
    let frames: Vec<_> = (0..count)
        .map(|at| {
            let image = RgbaImage::from_pixel(4, 4, Rgba([at as u8 * 4, 0, 0, 255]));
            (image, Control { size: (4, 4), at: (0, 0), delay: (1, 60), disposal: 0, blend: 0 })
        })
        .collect();
    png_file((4, 4), 0, count, &png_frames(&frames, true))
}

/// A PNG whose frames hold nothing.
pub(crate) fn png_header(canvas: (u32, u32), count: u32, size: (u32, u32)) -> Vec<u8> {
    let control = Control { size, at: (0, 0), delay: (1, 10), disposal: 0, blend: 0 };
    let frames: Vec<u8> = (0..count)
        .flat_map(|at| {
            let kind = if at == 0 { b"IDAT" } else { b"fdAT" };
            [png_control(at * 2, &control), png_chunk(kind, &[0, 0, 0, 1, 0x78])].concat()
        })
        .collect();
    png_file(canvas, 0, count, &frames)
}

/// The start of a GIF with a global palette of two colours.
pub(crate) fn gif_screen((width, height): (u16, u16)) -> Vec<u8> {
    let size = [width.to_le_bytes(), height.to_le_bytes()].concat();
    [&b"GIF89a"[..], &size, b"\x80\0\0\0\0\0\xFF\xFF\xFF"].concat()
}

/// A frame of so many bytes of data, which are far too few.
pub(crate) fn gif_frame((width, height): (u16, u16), more: usize) -> Vec<u8> {
    let size = [width.to_le_bytes(), height.to_le_bytes()].concat();
    [&b",\0\0\0\0"[..], &size, b"\0\x02\x02\x4C\x01", &vec![1; more * 2], b"\0"].concat()
}

/// How many frames there are.
pub(crate) fn frames_of(bytes: &[u8]) -> usize {
    read(bytes).frames.len()
}

/// Reads a file by the `image` crate.
pub(crate) fn read(bytes: &[u8]) -> Movie {
    let file = Cursor::new(bytes);
    let (frames, plays) = match image::guess_format(bytes).unwrap() {
        ImageFormat::Gif => {
            let mut reader = gif::DecodeOptions::new().read_info(bytes).unwrap();
            while reader.read_next_frame().unwrap().is_some() {}
            let plays = match reader.repeat() {
                Repeat::Infinite => None,
                Repeat::Finite(more) => Some(u32::from(more) + 1),
            };
            (GifDecoder::new(file).unwrap().into_frames(), plays)
        }
        ImageFormat::WebP => {
            let at = bytes.windows(4).position(|four| four == b"ANIM");
            let Some(at) = at else { return Movie::still(still(bytes)) };
            let plays = u16::from_le_bytes(bytes[at + 12..at + 14].try_into().unwrap());
            (WebPDecoder::new(file).unwrap().into_frames(), (plays > 0).then_some(plays.into()))
        }
        ImageFormat::Png if bytes.windows(4).any(|four| four == b"acTL") => {
            (PngDecoder::new(file).unwrap().apng().unwrap().into_frames(), None)
        }
        _ => return Movie::still(still(bytes)),
    };
    let frames = frames.map(|frame| {
        let frame = frame.unwrap();
        let delay = Duration::from(frame.delay()).as_millis() as u64;
        (frame.into_buffer(), delay)
    });
    Movie { name: "what was read", frames: frames.collect(), plays }
}

fn still(bytes: &[u8]) -> RgbaImage {
    image::load_from_memory(bytes).unwrap().to_rgba8()
}
