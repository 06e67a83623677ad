//! WebP encoding by libwebp, lossy or lossless, from pixels or from planes.

use webpx::{AlphaFilter, Encoder, EncoderConfig, StopReason, YuvPlanesRef};

use crate::error::Error;
use crate::pixels::base::{Channels, internal_error, memory};
use crate::pixels::codec::encoder::Settings;
use crate::pixels::raster::{Planes, Raster};
use crate::plan::Size;
use crate::stop::Stop;

/// Writes an image without attachments.
pub(crate) fn encode_image(image: &Raster, settings: &Settings) -> Result<Vec<u8>, Error> {
    let Size { width, height } = image.size();
    let encoder = || match image.channels() {
        Channels::Rgb => Encoder::new_rgb(image.samples(), width, height),
        Channels::Rgba => Encoder::new_rgba(image.samples(), width, height),
    };
    let config = |settings: &Settings| {
        let config = config(settings);
        if settings.lossless || settings.smallest || !has_plain_opacity(image) {
            return config;
        }
        // Opacity is compressed without loss, by default twice: filtered, and as it is. A filter brings something where
        // opacity changes gradually. Elsewhere, one attempt took 0.77 of the time (a drawing of 720x540), at 1.00 to
        // 1.02 of the bytes (twelve images). With less effort for it (method 3), logos would need a tenth more.
        config.alpha_filter(AlphaFilter::None)
    };
    let file = write(encoder(), config(settings), &settings.stop)?;
    if settings.smallest && settings.lossless {
        // For lossless files, more effort sometimes makes larger files.
        let usual = write(encoder(), config(&Settings { smallest: false, ..settings.clone() }), &settings.stop)?;
        return Ok(if usual.len() < file.len() { usual } else { file });
    }
    Ok(file)
}

/// Writes a lossy image directly from its planes, which must have halved chroma.
///
/// The planes have full range. WebP has the limited range of BT.601 (RFC 6386, 9.2): luma from 16 to 235, chroma from
/// 16 to 240. The samples are converted here while copying.
pub(crate) fn encode_planes(planes: &Planes, settings: &Settings) -> Result<Vec<u8>, Error> {
    let (size, half) = (planes.size(), planes.chroma_size());
    if !planes.is_chroma_420() {
        return Err(internal_error("planes of a wrong size"));
    }
    let luma = narrow(planes.luma(), &LUMA)?;
    let gray;
    let (blue, red) = match planes.chroma() {
        Some([blue, red]) => (narrow(blue, &CHROMA)?, narrow(red, &CHROMA)?),
        None => {
            gray = vec![128; index(half.pixels())?];
            (gray.clone(), gray)
        }
    };
    let stride = |width: u32| index(width.into());
    let planes_of_webp = YuvPlanesRef {
        y: &luma,
        y_stride: stride(size.width)?,
        u: &blue,
        u_stride: stride(half.width)?,
        v: &red,
        v_stride: stride(half.width)?,
        a: None,
        a_stride: 0,
        width: size.width,
        height: size.height,
    };
    let lossy = Settings { lossless: false, ..settings.clone() };
    write(Encoder::new_yuv(planes_of_webp), config(&lossy), &settings.stop)
}

/// Returns `true` if a large image has opacity, and nearly all of its pixels are opaque or transparent.
fn has_plain_opacity(image: &Raster) -> bool {
    const LARGE: u64 = 65_536;
    let pixels = image.size().pixels();
    image.channels() == Channels::Rgba && pixels >= LARGE && {
        let soft = image.samples().as_chunks::<4>().0.iter().filter(|[.., alpha]| (1..255).contains(alpha));
        soft.count() as u64 <= pixels / 5
    }
}

fn index(length: u64) -> Result<usize, Error> {
    usize::try_from(length).map_err(|_| internal_error("out of address space"))
}

/// Returns the configuration of libwebp.
fn config(settings: &Settings) -> EncoderConfig {
    /// The effort from 0 to 6: libwebp's default, and the maximum.
    const METHOD: u8 = 4;
    const MOST: u8 = 6;
    /// The quality, which is effort for lossless files: libwebp's default, and the maximum.
    const LOSSLESS_EFFORT: f32 = 75.0;
    const LOSSLESS_MOST: f32 = 100.0;
    let quality = match (settings.lossless, settings.smallest) {
        (false, _) => settings.quality.min(100).into(),
        (true, false) => LOSSLESS_EFFORT,
        (true, true) => LOSSLESS_MOST,
    };
    let method = if settings.smallest { MOST } else { METHOD };
    EncoderConfig::new().method(method).lossless(settings.lossless).quality(quality)
}

fn write(encoder: Encoder<'_>, config: EncoderConfig, stop: &Stop) -> Result<Vec<u8>, Error> {
    encoder.config(config).encode(Handle(stop)).map_err(|error| match error.error() {
        webpx::Error::Stopped(_) => Error::Stopped,
        other => internal_error(format!("WebP encoder: {other}")),
    })
}

/// The stop handle in the form that libwebp queries, row by row.
struct Handle<'a>(&'a Stop);

impl webpx::Stop for Handle<'_> {
    fn check(&self) -> Result<(), StopReason> {
        if self.0.is_stopped() { Err(StopReason::Cancelled) } else { Ok(()) }
    }
}

/// Converts a plane to another range.
fn narrow(plane: &[u8], table: &[u8; 256]) -> Result<Vec<u8>, Error> {
    let mut out = memory::reserve(memory::len(plane))?;
    out.extend(plane.iter().map(|sample| table.get(usize::from(*sample)).copied().unwrap_or_default()));
    Ok(out)
}

/// The conversion of luma from 0..=255 to 16..=235.
static LUMA: [u8; 256] = range(0, 16, 219);

/// The conversion of chroma from 0..=255 to 16..=240. 128 is the centre, and is preserved.
static CHROMA: [u8; 256] = range(128, 128, 224);

/// Returns a table that maps level `from` to `to`, and 255 levels to `steps` levels, rounded to nearest.
const fn range(from: i32, to: i32, steps: i32) -> [u8; 256] {
    let mut table = [0; 256];
    let mut rest: &mut [u8] = &mut table;
    let mut level = 0;
    while let Some((entry, after)) = rest.split_first_mut() {
        let [narrow, ..] = ((to * 510 + (level - from) * steps * 2 + 255) / 510).to_le_bytes();
        *entry = narrow;
        rest = after;
        level += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_narrowed_and_gray_stays_gray() {
        assert_eq!([LUMA[0], LUMA[128], LUMA[255]], [16, 126, 235]);
        assert_eq!([CHROMA[0], CHROMA[128], CHROMA[255]], [16, 128, 240]);
        // Rounding is unbiased.
        for (level, narrow) in CHROMA.iter().enumerate() {
            let exact = 128.0 + (f64::from(u32::try_from(level).unwrap()) - 128.0) * 224.0 / 255.0;
            assert!((f64::from(*narrow) - exact).abs() <= 0.5, "{level}");
        }
    }

    fn settings() -> Settings {
        Settings {
            quality: 95,
            lossless: false,
            exact: false,
            progressive: false,
            chroma_420: true,
            smallest: false,
            stop: crate::stop::Stop::new(),
        }
    }

    #[test]
    fn planes_are_the_image_they_were_made_of() {
        // An odd size, and a colour that is (100, 90, 180) in JFIF.
        let (width, height) = (37_u32, 21_u32);
        let luma = vec![100; 37 * 21];
        let (blue, red) = (vec![90; 19 * 11], vec![180; 19 * 11]);
        let planes = Planes::new(Size::new(width, height), luma, Some([blue, red]), true).unwrap();
        let file = encode_planes(&planes, &settings()).unwrap();
        let read = image::load_from_memory(&file).unwrap().to_rgb8();
        assert_eq!(read.dimensions(), (width, height));
        let want = [100.0 + 1.402 * 52.0, 100.0 - 0.344 * -38.0 - 0.714 * 52.0, 100.0 + 1.772 * -38.0];
        for (got, want) in read.get_pixel(18, 10).0.into_iter().zip(want) {
            assert!((f64::from(got) - want).abs() <= 4.0, "{got} for {want}");
        }
        let gray = encode_planes(&planes.into_gray(), &settings()).unwrap();
        let read = image::load_from_memory(&gray).unwrap().to_rgb8();
        assert!(read.get_pixel(18, 10).0.into_iter().all(|sample| sample.abs_diff(100) <= 2), "{read:?}");
    }

    /// An image with this opacity at each distance from its centre.
    fn seen_through(alpha: impl Fn(f32) -> f32) -> Raster {
        let size = Size::new(320, 240);
        let places = (0..size.height).flat_map(|y| (0..size.width).map(move |x| (x, y)));
        let pixel = |(x, y): (u32, u32)| {
            let away = (x as f32 - 160.0).hypot(y as f32 - 120.0);
            [(x * 7 % 256) as u8, (x / 2 + y / 3) as u8, (y * 5 % 256) as u8, alpha(away) as u8]
        };
        Raster::new(size, Channels::Rgba, places.flat_map(pixel).collect()).unwrap()
    }

    #[test]
    fn plain_opacity_is_written_as_exactly_and_not_larger() {
        let usual = |image: &Raster| {
            let encoder = Encoder::new_rgba(image.samples(), 320, 240);
            write(encoder, config(&settings()), &settings().stop).unwrap()
        };
        for (name, alpha, is_plain) in [
            ("cut out", (|away| if away < 90.0 { 255.0 } else { 0.0 }) as fn(f32) -> f32, true),
            ("with a soft edge", |away| (100.0 - away) * 25.0, true),
            ("fading", |away| 255.0 - away, false),
        ] {
            let image = seen_through(alpha);
            assert_eq!(has_plain_opacity(&image), is_plain, "{name}");
            let (file, usual) = (encode_image(&image, &settings()).unwrap(), usual(&image));
            assert!(file.len() * 100 <= usual.len() * 102, "{name}: {} for {}", file.len(), usual.len());
            let read = image::load_from_memory(&file).unwrap().to_rgba8();
            let opacity = read.pixels().map(|pixel| pixel.0[3]);
            assert!(opacity.eq(image.samples().chunks(4).map(|pixel| pixel[3])), "{name}");
        }
    }

    /// Returns the filter of the opacity in a file: in its chunk `ALPH`, two bits after the two of the compression.
    fn filter(file: &[u8]) -> Option<u8> {
        let at = file.windows(4).position(|name| name == b"ALPH")?;
        file.get(at + 8).map(|first| first >> 2 & 3)
    }

    #[test]
    fn plain_opacity_is_not_filtered() {
        // A ramp at the edge of a disk, for which libwebp by itself filters.
        let ramp = |width: f32| seen_through(move |away| (100.0 - away) * 255.0 / width);
        let (narrow, wide) = (ramp(20.0), ramp(90.0));
        let usual =
            write(Encoder::new_rgba(narrow.samples(), 320, 240), config(&settings()), &settings().stop).unwrap();
        assert!(filter(&usual) > Some(0));
        assert_eq!(filter(&encode_image(&narrow, &settings()).unwrap()), Some(0));
        assert!(filter(&encode_image(&wide, &settings()).unwrap()) > Some(0));
    }

    #[test]
    fn planes_of_another_size_are_refused() {
        let whole = Planes::new(Size::new(4, 4), vec![0; 16], Some([vec![0; 16], vec![0; 16]]), false).unwrap();
        assert!(encode_planes(&whole, &settings()).is_err());
    }
}
