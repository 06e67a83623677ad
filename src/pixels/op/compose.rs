//! Drawing a layer.

use super::index;
use crate::error::Error;
use crate::pixels::raster::Channels;
use crate::pixels::{Raster, broken};
use crate::plan::{Mix, Point};

/// Draws `layer` over `base`, its top left corner at `at`; what sticks out is cut off.
pub(crate) fn compose(mut base: Raster, layer: &Raster, at: Point, mix: Mix) -> Result<Raster, Error> {
    if mix != Mix::Over {
        return Err(broken("not yet"));
    }
    let (size, count, stride) = (base.size(), base.channels().count(), base.stride());
    let own = layer.size();
    // On each axis: where it begins in the base, where in the layer, how far it goes.
    let overlap = |at: i64, own: u32, all: u32| {
        let (start, end) = (at.max(0), at.saturating_add(own.into()).min(all.into()));
        let part = |n: i64| u32::try_from(n).ok();
        (start < end).then(|| Some((part(start)?, part(start - at)?, part(end - start)?))).flatten()
    };
    let (Some((x, from_x, wide)), Some((y, from_y, high))) =
        (overlap(at.x, own.width, size.width), overlap(at.y, own.height, size.height))
    else {
        return Ok(base);
    };
    let rows = base.samples_mut().chunks_exact_mut(stride).skip(index(y)?).take(index(high)?);
    for (row, over) in rows.zip(layer.rows().skip(index(from_y)?)) {
        let pixels = row.chunks_exact_mut(count).skip(index(x)?).take(index(wide)?);
        let over = over.chunks_exact(layer.channels().count()).skip(index(from_x)?);
        for (below, above) in pixels.zip(over) {
            if let ([r, g, b, alpha @ ..], [lr, lg, lb, la @ ..]) = (below, above) {
                let la = f64::from(la.first().copied().unwrap_or(u8::MAX)) / 255.0;
                let ba = f64::from(alpha.first().copied().unwrap_or(u8::MAX)) / 255.0;
                let all = la + ba * (1.0 - la);
                for (b, l) in [(r, lr), (g, lg), (b, lb)] {
                    let mixed = f64::from(*l) * la + f64::from(*b) * ba * (1.0 - la);
                    *b = super::level(if all > 0.0 { mixed / all } else { 0.0 });
                }
                if let Some(alpha) = alpha.first_mut() {
                    *alpha = super::level(all * 255.0);
                }
            }
        }
    }
    debug_assert!(matches!(base.channels(), Channels::Rgb | Channels::Rgba));
    Ok(base)
}
