//! The oracle of all targets with pixels: what a render takes is no more than was stated.

use std::sync::Once;
use std::time::Duration;

use originkit::render::Encoded;
use originkit::render::{Cost, sanitize_svg};
use originkit::transform::Transformation;
use originkit::{Error, Limits, Renderer};

use crate::counting::{Taken, measured};

/// Beyond what is stated: messages, paths, and tables of a fixed size.
pub const SLACK: u64 = 64 * 1024;

/// Nanoseconds for a unit of computing, which is about one. These programs count every edge that they pass and check
/// every sum, and the machine is shared.
const PER_UNIT: u64 = 20;

/// What no unit counts: parsing, sniffing, and pages of memory that are touched the first time.
const START: Duration = Duration::from_millis(200);

/// Limits that keep a render short: larger ones take longer, and go the same ways.
pub fn options() -> Renderer {
    let mut options = Renderer::new();
    let limits = &mut options.rules.limits;
    limits.pixels = 1 << 18;
    limits.animation_pixels = 1 << 19;
    limits.frames = 40;
    limits.memory = 64 << 20;
    limits.work = 50_000_000;
    options
}

/// Renders, and holds it to what was stated: memory, computing, and whether there is a result at all.
pub fn render(bytes: &[u8], wanted: &Transformation, options: &Renderer) -> Result<Encoded, Error> {
    warm();
    let (stated, looked) = measured(|| options.cost(bytes, wanted));
    let (made, taken) = measured(|| options.render(bytes, wanted));
    let limits = &options.rules.limits;
    let most = stated.clone().unwrap_or_else(|_| limit(limits));
    assert!(most.memory <= limits.memory && most.work <= limits.work, "`{wanted}`: {most:?} was let through");
    // Files are not counted: the one that comes, also as text, and the one that goes, which doubles as it grows.
    let files = bytes.len() as u64 + options.files.iter().map(|(_, file)| file.len() as u64).sum::<u64>();
    within(&format!("`{wanted}`, stated"), looked, most, files);
    let goes = made.as_ref().map_or(0, |made| made.bytes.len() as u64);
    within(&format!("`{wanted}`"), taken, most, files + 2 * goes);
    if let Err(error) = stated {
        assert!(made.is_err(), "`{wanted}` is rendered, but {error} was stated");
    }
    made
}

/// Sanitises, and holds it to a bound by the length of the file.
pub fn sanitized(bytes: &[u8]) -> Result<Encoded, Error> {
    let limits = options().rules.limits;
    let (made, taken) = measured(|| sanitize_svg(bytes, &limits));
    within("sanitised", taken, limit(&limits), bytes.len() as u64);
    made
}

/// Asserts that a call took no more than this.
pub fn within(what: &str, taken: Taken, most: Cost, files: u64) {
    let memory = most.memory.saturating_add(files + SLACK);
    assert!(taken.memory <= memory, "{what}: {} bytes taken, {} stated, {files} of files", taken.memory, most.memory);
    let time = START + Duration::from_nanos(most.work.saturating_mul(PER_UNIT));
    assert!(taken.time <= time, "{what}: {:?} taken, {} units stated", taken.time, most.work);
}

/// The most that any render may take within these limits.
pub fn limit(limits: &Limits) -> Cost {
    let mut cost = Cost::default();
    (cost.memory, cost.work) = (limits.memory, limits.work);
    cost
}

/// The first use of anything pays for tables that stay.
fn warm() {
    static WARM: Once = Once::new();
    WARM.call_once(|| {
        let drawing = b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><text y='9'>a</text></svg>";
        for text in ["f-png", "f-jpg", "f-webp", "f-gif", "l-text,i-a,l-end,f-png", "fo-auto,w-3,h-5,f-png"] {
            _ = (Renderer::new()).render(drawing, &text.parse().expect("a transformation"));
        }
    });
}
