//! [`Info`]: facts about an image, and placeholders to show until it is loaded.

use crate::pixels::codec::reader::Colors;
use std::fmt::Write as _;

use super::placeholder;
use crate::base64;
use crate::error::Error;
use crate::format::Format;
use crate::limits::Limits;
use crate::note::Note;
use crate::pixels::base::{fenced, memory};
use crate::pixels::codec::reader::{Reader, Request};
use crate::pixels::codec::registry;
use crate::pixels::filter;
use crate::pixels::filter::dominant;
use crate::pixels::raster::{Raster, Scratch};
use crate::pixels::run::thumbnail;
use crate::plan::{Orientation, Rules, Size, Thumbnail, reduced};
use crate::stop::Stop;
use crate::transform::Color;

/// Facts about an image, and placeholders for it.
///
/// ```
/// # fn image() -> Vec<u8> { b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xFF\xFF\xFF\0\0\xFF\0\0\xFF\0\0\0\xFF\0\0\0".to_vec() }
/// let info = originkit::Renderer::new().inspect(&image())?;
/// assert_eq!((info.size.width, info.frames, info.alpha), (2, 1, false));
/// assert_eq!(info.palette.len(), 4); // four pixels, no two alike
/// assert!(info.to_json().starts_with(r#"{"width":2,"height":2,"format":"bmp","#));
/// # Ok::<(), originkit::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Info {
    /// The size as delivered: upright, unless [`Rules::auto_orient`](crate::plan::Rules::auto_orient) is off.
    pub size: Size,
    /// The format, detected from the bytes of the file.
    pub format: Format,
    /// The orientation of the stored pixels.
    pub orientation: Orientation,
    /// Whether at least one pixel is not opaque.
    pub alpha: bool,
    /// The number of frames of an animation; 1 for a still image.
    pub frames: u32,
    /// The size of the file in bytes.
    pub bytes: u64,
    /// Dots per inch, if the file states them.
    pub density: Option<f64>,
    /// The most frequent colour; `None` only if all pixels are transparent.
    pub dominant: Option<Color>,
    /// At most six representative colours, each with the share of the image that it represents, the largest first.
    /// Empty only if all pixels are transparent.
    pub palette: Vec<(Color, f64)>,
    /// A placeholder of 28 characters (<https://blurha.sh>), 4x3 components or 3x4.
    pub blur_hash: String,
    /// A placeholder of about 25 bytes (<https://evanw.github.io/thumbhash/>) with shape and transparency.
    pub thumb_hash: Vec<u8>,
    /// Notes about damage of the file, and about the parts of an SVG that were left out. With
    /// [`Rules::refuse_damaged`](crate::plan::Rules::refuse_damaged) damage is an error instead.
    pub notes: Vec<Note>,
}

impl Info {
    /// Returns a JSON object in one line: `width`, `height`, `format`, `orientation` (1 to 8, as in EXIF), `alpha`,
    /// `frames`, `bytes`, `density` (or `null`), `dominant` (`"#RRGGBB"` or `null`), `palette` (of
    /// `{"color","share"}`), `blurhash`, `thumbhash` (base64), `damaged` (whether the [notes](Self::notes) include
    /// damage).
    #[must_use]
    pub fn to_json(&self) -> String {
        // No value needs escaping: no text comes from the file, and the alphabets of the hashes have neither quotes nor
        // backslashes.
        let color = |color: &Color| format!("\"#{}\"", Color { opacity: 100, ..*color });
        let null = || "null".to_owned();
        let mut colors = String::new();
        for (entry, share) in &self.palette {
            let comma = if colors.is_empty() { "" } else { "," };
            // Writing to a string does not fail.
            _ = write!(colors, "{comma}{{\"color\":{},\"share\":{share:.3}}}", color(entry));
        }
        format!(
            "{{\"width\":{},\"height\":{},\"format\":\"{}\",\"orientation\":{},\"alpha\":{},\"frames\":{},\
             \"bytes\":{},\"density\":{},\"dominant\":{},\"palette\":[{colors}],\"blurhash\":\"{}\",\
             \"thumbhash\":\"{}\",\"damaged\":{}}}",
            self.size.width,
            self.size.height,
            self.format,
            self.orientation.to_exif(),
            self.alpha,
            self.frames,
            self.bytes,
            self.density.filter(|density| density.is_finite()).map_or_else(null, |density| density.to_string()),
            self.dominant.as_ref().map_or_else(null, color),
            self.blur_hash,
            base64::encode(&self.thumb_hash),
            self.notes.iter().any(Note::is_damage),
        )
    }
}

/// Examines an image.
///
/// # Errors
/// The bytes are not an image that this build can read, or a limit is exceeded.
pub(crate) fn inspected(bytes: &[u8], rules: &Rules, stop: &Stop) -> Result<Info, Error> {
    fenced(|| looked_at(bytes, rules, stop))
}

fn looked_at(bytes: &[u8], rules: &Rules, stop: &Stop) -> Result<Info, Error> {
    /// The maximum for [`Info::thumb_hash`], and enough for the other values.
    const SIDE: u32 = 100;
    const COLORS: usize = 6;
    let limits = &rules.limits;
    let file = registry::open(bytes, Format::sniff(bytes), limits)?;
    let source = file.info().clone();
    let mut image = small_enough(&*file, 2 * SIDE, limits, stop)?;
    let notes = image.take_notes();
    Error::unless_sound(&notes, rules.refuse_damaged)?;
    let image = image.settled();
    let alpha = image.is_transparent();
    filter::check_shrink(&image, limits)?;
    let small = filter::shrink(&image, SIDE)?;
    drop(image);
    let (small, size) = if rules.auto_orient {
        (filter::turn(small, source.orientation)?, source.orientation.apply(source.size))
    } else {
        (small, source.size)
    };
    let color = |rgb| Color { rgb, opacity: 100 };
    let palette: Vec<_> =
        dominant::palette(&small, COLORS).into_iter().map(|(rgb, share)| (color(rgb), share)).collect();
    Ok(Info {
        size,
        format: source.format,
        orientation: source.orientation,
        alpha,
        frames: source.frames,
        bytes: memory::len(bytes),
        density: source.density,
        dominant: palette.first().map(|_| color(dominant::dominant(&small))),
        palette,
        blur_hash: placeholder::blur_hash(&small)?,
        thumb_hash: placeholder::thumb_hash(&small)?,
        notes,
    })
}

/// Returns the image, reduced during decoding if both sides of the reduced image have at least `side` pixels.
fn small_enough(file: &dyn Reader, side: u32, limits: &Limits, stop: &Stop) -> Result<Raster, Error> {
    let size = file.info().size;
    let enough = |scale_eighths: &u8| {
        let Size { width, height } = reduced(size, *scale_eighths);
        width.min(height) >= side
    };
    if let Some(scale_eighths) = (1..8).find(enough).filter(|_| file.reducing().is_some()) {
        let whole = Thumbnail::whole(size, scale_eighths);
        thumbnail::cost(file, &whole, stop)?.check(limits)?;
        return thumbnail::thumbnail(file, &whole, Colors::Srgb, &Scratch::once(), limits, stop)?.into_raster();
    }
    let request = Request::plain(size, stop);
    file.cost(&request)?.check(limits)?;
    file.decode(&request)
}
