//! Reading WebP smaller than it is, by libwebp, which scales rows as it decodes them.
//!
//! Whole images are read by `image-webp`, in safe Rust, and no file needs to be read here: this is only for large
//! ones of which a small image is wanted. libwebp is C, and has had its holes (CVE-2023-4863, in the reader of
//! lossless files). So only lossy files without transparency come here: none of their chunks leads to that reader.
//! Its means alone are soft, so that an image is read larger than it is wanted, and resized from there. From 3000x2000
//! to 800x533, against a Lanczos resize of the whole (SSIMULACRA2): read at once at that size 85.6, at 1.5 times 90.9, at
//! twice 93.4; and written again at quality 80 there come 1.9 % more bytes at twice. For the whole image it takes
//! 80 ms where `image-webp` takes 186, and scaled 77 to 87.
//!
//! Who wants no file from strangers read by C builds without feature `webp-lossy`.

use webpx::{ColorMode, Decoder, DecoderConfig, StreamingDecoder};

use super::chunks::{Chunks, is_complete};
use super::{File, UNITS};
use crate::cost::Cost;
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::pixels::base::{Channels, damaged, memory, of_a_kind};
use crate::pixels::codec::reader::{Colors, Reader as _, Reduced, Reducing};
use crate::pixels::raster::{Raster, Scratch};
use crate::plan::{Size, Thumbnail, reduced, resampling};
use crate::stop::Stop;
use image::ColorType;

impl Reducing for File<'_> {
    fn cost(&self, wanted: &Thumbnail) -> Result<Option<Cost>, Error> {
        if wanted.scale_eighths == 8 || !is_complete(self.bytes) {
            return Ok(None);
        }
        let size = reduced(wanted.size, wanted.scale_eighths);
        let resampling = resampling(size, wanted.to, 3);
        let work = wanted.size.pixels().saturating_mul(UNITS);
        Ok(cost(self.bytes, size).map(|bytes| Cost::new(bytes.saturating_add(resampling), work)))
    }

    /// In one call: it does not stop on the way.
    fn read(&self, wanted: &Thumbnail, colors: Colors, _: &Scratch, _: &Stop) -> Result<Option<Reduced>, Error> {
        if Reducing::cost(self, wanted)?.is_none() {
            return Ok(None);
        }
        let image = at_size(self.bytes, reduced(wanted.size, wanted.scale_eighths), self.limits)?;
        let profile = self.profile().filter(|profile| profile.fits(ColorType::Rgb8));
        Ok(Some(Reduced::Whole(image.with_profile(profile.map(|profile| colors.of(profile))))))
    }
}

/// Can a file be read smaller than it is? Those can that have loss, no alpha and one frame.
///
/// Alpha would be scaled apart from the colours, and those under transparent pixels would shine through.
pub(crate) fn shrinks(bytes: &[u8]) -> bool {
    size(bytes).is_some()
}

/// The image, of this size, which is not larger than the file's: means of the pixels that fall together.
///
/// # Errors
/// The file is not one that [shrinks], it is damaged or cut short, or a limit is passed. Sizes are checked before
/// anything is decoded.
fn at_size(bytes: &[u8], to: Size, limits: &Limits) -> Result<Raster, Error> {
    LimitError::check("bytes in the source", memory::len(bytes), limits.source_bytes)?;
    let whole = size(bytes).ok_or_else(|| of_a_kind(Format::WebP))?;
    LimitError::check("pixels", whole.pixels(), limits.pixels)?;
    let to = Size::new(to.width.clamp(1, whole.width), to.height.clamp(1, whole.height));
    memory::check(work(whole, to), limits)?;
    if !is_complete(bytes) {
        return Err(damaged(Format::WebP));
    }
    // What was checked here already is not checked against another's idea of what is much.
    let config = DecoderConfig::new().limits(webpx::Limits::none());
    let config = if to == whole { config } else { config.scale(to.width, to.height) };
    let decoder = Decoder::new(bytes).map_err(|_| damaged(Format::WebP))?;
    let (samples, width, height) = decoder.config(config).decode_rgb_raw().map_err(|_| damaged(Format::WebP))?;
    Raster::new(Size::new(width, height), Channels::Rgb, samples)
}

/// The rows of a file that ends early, white below them: what a page shows where a browser draws nothing. `None` if
/// there is not one, or for a file of another kind.
pub(crate) fn partly(bytes: &[u8], limits: &Limits) -> Option<Raster> {
    let whole = size(bytes)?;
    LimitError::check("pixels", whole.pixels(), limits.pixels).ok()?;
    memory::check(work(whole, whole), limits).ok()?;
    let mut decoder = StreamingDecoder::new(ColorMode::Rgb).ok()?.limits(webpx::Limits::none());
    // That it wants more is no surprise.
    _ = decoder.append(bytes);
    let (rows, width, _) = decoder.get_partial()?;
    let mut samples = memory::reserve(memory::bytes(whole, Channels::Rgb)).ok()?;
    if width != whole.width {
        return None;
    }
    samples.extend_from_slice(rows.get(..rows.len().min(samples.capacity())).unwrap_or_default());
    samples.resize(usize::try_from(memory::bytes(whole, Channels::Rgb)).ok()?, u8::MAX);
    Raster::new(whole, Channels::Rgb, samples).ok()
}

/// Bytes that reading a file takes at this size, the image included; `None` if it cannot be read here.
fn cost(bytes: &[u8], to: Size) -> Option<u64> {
    /// The planes of a few rows of blocks, and what predicts them.
    const BLOCKS: u64 = 256;
    let whole = size(bytes)?;
    Some(work(whole, to).saturating_add(u64::from(whole.width) * BLOCKS))
}

/// Bytes it takes: the result twice, rows of what is decoded and of what is summed up.
fn work(whole: Size, to: Size) -> u64 {
    const ROWS: u64 = 64;
    let result = memory::bytes(to, Channels::Rgb).saturating_mul(2);
    result.saturating_add(ROWS * (u64::from(whole.width) + u64::from(to.width)) * 3)
}

/// The size of a file of the kind that is read here, as its only frame has it (RFC 6386, 9.1). The frame may end early.
fn size(bytes: &[u8]) -> Option<Size> {
    /// What `VP8X` says of alpha and of frames.
    const ALPHA_OR_ANIMATION: u8 = 0x10 | 0x02;
    for (kind, body) in Chunks::of_file(bytes)?.with_rest() {
        match kind {
            b"VP8X" if body.first()? & ALPHA_OR_ANIMATION != 0 => return None,
            b"VP8 " => {
                let (tag, rest) = body.split_first_chunk::<3>()?;
                let (start, rest) = rest.split_first_chunk::<3>()?;
                let ([w0, w1], [h0, h1]) = (*rest.first_chunk()?, *rest.get(2..)?.first_chunk()?);
                // Bits above the 14 of a side wish for a scale, which nobody grants.
                let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
                let size = Size::new(side(w0, w1), side(h0, h1));
                let key = tag.first()? & 1 == 0 && start == b"\x9D\x01\x2A";
                return (key && size.pixels() > 0).then_some(size);
            }
            b"VP8L" | b"ALPH" | b"ANIM" | b"ANMF" => return None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::codec::encoder::Settings;
    use crate::pixels::codec::webp::still::encode_image;

    fn file(channels: Channels, lossless: bool) -> Vec<u8> {
        let size = Size::new(64, 48);
        let samples = (0..64 * 48).flat_map(|n: u32| {
            let [level, ..] = (n % 64 * 4).to_le_bytes();
            [level, 100, 255 - level, level].into_iter().take(channels.count())
        });
        let image = Raster::new(size, channels, samples.collect()).unwrap();
        let settings = Settings {
            quality: 90,
            lossless,
            exact: false,
            progressive: false,
            chroma_420: true,
            smallest: false,
            stop: crate::stop::Stop::new(),
        };
        encode_image(&image, &settings).unwrap()
    }

    #[test]
    fn lossy_files_without_alpha_shrink_and_no_others() {
        assert!(shrinks(&file(Channels::Rgb, false)));
        assert!(!shrinks(&file(Channels::Rgba, false)));
        assert!(!shrinks(&file(Channels::Rgb, true)));
        assert!(!shrinks(b"RIFF\x04\0\0\0WEBP"));
        let refused = at_size(&file(Channels::Rgba, false), Size::new(9, 9), &Limits::default());
        assert!(refused.is_err());
    }

    #[test]
    fn a_picture_is_read_at_the_size_that_is_wanted() {
        let file = file(Channels::Rgb, false);
        for (wanted, got) in [((16, 12), (16, 12)), ((64, 48), (64, 48)), ((500, 7), (64, 7)), ((0, 0), (1, 1))] {
            let image = at_size(&file, Size::new(wanted.0, wanted.1), &Limits::default()).unwrap();
            assert_eq!((image.size().width, image.size().height), got);
        }
        let half = at_size(&file, Size::new(32, 24), &Limits::default()).unwrap();
        let [r, g, b] = half.pixel(16, 12).unwrap() else { panic!("no pixel") };
        for (got, want) in [(r, 130), (g, 100), (b, 125)] {
            assert!(got.abs_diff(want) < 12, "{got} for {want}");
        }
    }

    #[test]
    fn limits_come_first_and_damage_is_told() {
        let file = file(Channels::Rgb, false);
        let to = Size::new(16, 12);
        for change in
            [|l: &mut Limits| l.pixels = 64 * 47, |l: &mut Limits| l.memory = 500, |l: &mut Limits| l.source_bytes = 99]
        {
            let mut limits = Limits::default();
            change(&mut limits);
            assert!(at_size(&file, to, &limits).is_err());
        }
        for length in 0..file.len() {
            assert!(at_size(file.get(..length).unwrap(), to, &Limits::default()).is_err(), "{length}");
        }
        let mut other = file.clone();
        for at in 12..file.len() {
            // Whatever comes of it, it comes back.
            other[at] ^= 0x55;
            let _ = at_size(&other, to, &Limits::default());
            other[at] ^= 0x55;
        }
    }
}
