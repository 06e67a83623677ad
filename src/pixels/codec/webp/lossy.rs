//! Writing WebP by libwebp, with loss or without, from pixels or from planes.

use webpx::{Encoder, EncoderConfig, Unstoppable, YuvPlanesRef};

use super::with_extras;
use crate::error::Error;
use crate::pixels::codec::{Attachments, Settings};
use crate::pixels::raster::Channels;
use crate::pixels::{Raster, broken, memory};
use crate::plan::Size;

/// A picture in planes of luma and chroma as JPEG has them (JFIF 1.02): BT.601, and 0 to 255 in all three.
///
/// Rows follow one another without gaps. Those of chroma have a sample for each two of luma, both ways, rounded
/// up. Samples stand for the middle of the pixels they cover, as in most JPEGs, and as WebP's readers take them.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Planar<'a> {
    pub(in super::super) size: Size,
    pub(in super::super) luma: &'a [u8],
    pub(in super::super) blue: &'a [u8],
    pub(in super::super) red: &'a [u8],
}

/// Writes a picture without what goes with it.
pub(in super::super) fn encode_picture(picture: &Raster, settings: &Settings) -> Result<Vec<u8>, Error> {
    let Size { width, height } = picture.size();
    let encoder = match picture.channels() {
        Channels::Rgb => Encoder::new_rgb(picture.samples(), width, height),
        Channels::Rgba => Encoder::new_rgba(picture.samples(), width, height),
    };
    write(encoder, config(settings))
}

/// Writes a picture with loss straight from its planes, with what is attached and this profile.
///
/// The planes are of full range, WebP's are not (RFC 6386, 9.2, by way of BT.601): luma from 16 to 235, chroma
/// from 16 to 240. They are converted here, on the way into a copy.
#[cfg_attr(not(test), expect(dead_code, reason = "for pictures that stay in planes from a JPEG to a WebP"))]
pub(in super::super) fn encode_planes(
    planes: &Planar<'_>,
    settings: &Settings,
    profile: Option<&[u8]>,
    attached: &Attachments,
) -> Result<Vec<u8>, Error> {
    let Size { width, height } = planes.size;
    let half = Size::new(width.div_ceil(2), height.div_ceil(2));
    let fits = |plane: &[u8], size: Size| memory::len(plane) == size.pixels();
    if !(fits(planes.luma, planes.size) && fits(planes.blue, half) && fits(planes.red, half)) {
        return Err(broken("planes of a wrong size"));
    }
    let (luma, blue, red) =
        (narrow(planes.luma, &LUMA)?, narrow(planes.blue, &CHROMA)?, narrow(planes.red, &CHROMA)?);
    let stride = |width: u32| usize::try_from(width).map_err(|_| broken("a plane too wide"));
    let planes_of_webp = YuvPlanesRef {
        y: &luma,
        y_stride: stride(width)?,
        u: &blue,
        u_stride: stride(half.width)?,
        v: &red,
        v_stride: stride(half.width)?,
        a: None,
        a_stride: 0,
        width,
        height,
    };
    let file = write(Encoder::new_yuv(planes_of_webp), config(&Settings { lossless: false, ..settings.clone() }))?;
    with_extras(file, planes.size, false, profile, attached)
}

/// How libwebp is to work.
fn config(settings: &Settings) -> EncoderConfig {
    /// Effort from 0 to 6: libwebp's default.
    const METHOD: u8 = 4;
    /// For lossless files quality is effort too: libwebp's default.
    const LOSSLESS_EFFORT: f32 = 75.0;
    let quality = if settings.lossless { LOSSLESS_EFFORT } else { settings.quality.min(100).into() };
    EncoderConfig::new().method(METHOD).lossless(settings.lossless).quality(quality)
}

fn write(encoder: Encoder<'_>, config: EncoderConfig) -> Result<Vec<u8>, Error> {
    encoder.config(config).encode(Unstoppable).map_err(|e| broken(format!("WebP encoder: {}", e.error())))
}

/// A plane in another range.
fn narrow(plane: &[u8], table: &[u8; 256]) -> Result<Vec<u8>, Error> {
    let mut out = memory::reserve(memory::len(plane))?;
    out.extend(plane.iter().map(|sample| table.get(usize::from(*sample)).copied().unwrap_or_default()));
    Ok(out)
}

/// Levels of luma, from 0..=255 to 16..=235.
static LUMA: [u8; 256] = range(219);

/// Levels of chroma, from 0..=255 to 16..=240: 128 stays.
static CHROMA: [u8; 256] = range(224);

/// So many steps above 16, to the nearest.
const fn range(steps: u32) -> [u8; 256] {
    let mut table = [0; 256];
    let mut rest: &mut [u8] = &mut table;
    let mut level: u32 = 0;
    while let Some((entry, after)) = rest.split_first_mut() {
        let [narrow, ..] = (16 + (level * steps * 2 + 255) / 510).to_le_bytes();
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
    }

    fn settings() -> Settings {
        Settings { quality: 95, lossless: false, exact: false, progressive: false, chroma_420: true }
    }

    #[test]
    fn planes_are_the_picture_they_were_made_of() {
        // An odd size, and a colour for which JFIF says (100, 90, 180).
        let (width, height) = (37_u32, 21_u32);
        let luma = vec![100; 37 * 21];
        let (blue, red) = (vec![90; 19 * 11], vec![180; 19 * 11]);
        let planes = Planar { size: Size::new(width, height), luma: &luma, blue: &blue, red: &red };
        let file = encode_planes(&planes, &settings(), None, &Attachments::default()).unwrap();
        let read = image::load_from_memory(&file).unwrap().to_rgb8();
        assert_eq!(read.dimensions(), (width, height));
        let want = [100.0 + 1.402 * 52.0, 100.0 - 0.344 * -38.0 - 0.714 * 52.0, 100.0 + 1.772 * -38.0];
        for (got, want) in read.get_pixel(18, 10).0.into_iter().zip(want) {
            assert!((f64::from(got) - want).abs() <= 4.0, "{got} for {want}");
        }
        let profiled = encode_planes(&planes, &settings(), Some(b"profile!"), &Attachments::default()).unwrap();
        assert!(profiled.windows(8).any(|bytes| bytes == b"profile!"));
    }

    #[test]
    fn planes_of_another_size_are_refused() {
        let planes = Planar { size: Size::new(4, 4), luma: &[0; 16], blue: &[0; 4], red: &[0; 3] };
        assert!(encode_planes(&planes, &settings(), None, &Attachments::default()).is_err());
        let none = Planar { size: Size::new(0, 0), luma: &[], blue: &[], red: &[] };
        assert!(encode_planes(&none, &settings(), None, &Attachments::default()).is_err());
    }
}
