//! SVG to pixels, at the size that is wanted, by `resvg`.
//!
//! ```text
//! bytes ── sanitise ──▶ text ── expand ──▶ usvg's tree ── bill ──▶ resvg ──▶ Raster
//!                               counts what           counts what drawing
//!                               references multiply   will touch and hold
//! ```
//!
//! A small file can ask for endless work, and the renderer cannot be interrupted. So both steps are counted
//! first: how large the tree becomes when references are followed, and how many pixels drawing it touches.
//! There are no files, no network and no fonts: text is not drawn (chosen, until fonts can be brought).

mod bill;
mod expand;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{ImageHrefResolver, ImageKind, Options, Tree};

use super::decode::{self, damaged};
use crate::error::Error;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::pixels::raster::Channels;
use crate::pixels::{Raster, broken, memory};
use crate::plan::{Size, SourceInfo};
use crate::svg::{self, Viewport};

/// What an SVG says of its size.
pub(super) fn probe(bytes: &[u8], limits: &Limits) -> Result<SourceInfo, Error> {
    let viewport = svg::with_root(bytes, limits, |root| Ok(Viewport::of(root)))?;
    let mut info = SourceInfo::new(viewport.size(limits));
    info.format = Format::Svg;
    info.alpha = true;
    info.vector = true;
    Ok(info)
}

/// Draws an SVG as large as this, on nothing.
pub(super) fn draw(bytes: &[u8], size: Size, limits: &Limits) -> Result<Raster, Error> {
    LimitError::check("pixels", size.pixels(), limits.pixels)?;
    // The canvas, and the picture made of it.
    let canvas = memory::bytes(size, Channels::Rgba);
    memory::check(canvas.saturating_mul(2), limits)?;
    let (text, viewport) = svg::with_root(bytes, limits, |root| {
        let viewport = Viewport::of(root);
        Ok((svg::drawing(root, viewport), viewport))
    })?;
    let document = svg::parse(&text)?;
    let held = expand::check(&document, limits)?;
    let drawn = catch_unwind(AssertUnwindSafe(|| {
        let options = options(limits);
        let tree = Tree::from_xmltree(&document, &options).map_err(|_| damaged(Format::Svg))?;
        let scale = |to: u32, from: f64| {
            #[expect(clippy::cast_possible_truncation, reason = "the renderer calculates in single precision")]
            let scale = (f64::from(to) / from) as f32;
            scale
        };
        let transform = Transform::from_scale(scale(size.width, viewport.width), scale(size.height, viewport.height));
        bill::check(&tree, transform, size, held, limits)?;
        let mut pixmap = Pixmap::new(size.width, size.height).ok_or_else(|| broken("no canvas"))?;
        resvg::render(&tree, transform, &mut pixmap.as_mut());
        Ok(pixmap.take_demultiplied())
    }));
    // A panic of the renderer is the file's doing, and ends with it: nothing outlives the closure.
    let samples = drawn.unwrap_or_else(|_| Err(damaged(Format::Svg)))?;
    Ok(Raster::new(size, Channels::Rgba, samples)?.without_needless_alpha())
}

/// Nothing from outside: no file, no address, no font. Embedded pictures count as sources do.
fn options(limits: &Limits) -> Options<'_> {
    Options {
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, data: Arc<Vec<u8>>, _| {
                let kind = match Format::sniff(&data)? {
                    Format::Png => ImageKind::PNG,
                    Format::Jpeg => ImageKind::JPEG,
                    Format::Gif => ImageKind::GIF,
                    Format::WebP => ImageKind::WEBP,
                    _ => return None,
                };
                decode::probe(&data, limits).ok()?;
                Some(kind(data))
            }),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_trees_fit_a_small_stack() {
        // Through references the renderer goes deeper than the text is nested.
        let nested = format!("{}<rect width='9' height='9'/>{}", "<g opacity='.9'>".repeat(120), "</g>".repeat(120));
        let chain: String = (0..100).map(|n| format!("<g id='u{n}'><use href='#u{}'/></g>", n + 1)).collect();
        let patterns: String = (0..30)
            .map(|n| {
                format!(
                    "<pattern id='p{n}' width='9' height='9' patternUnits='userSpaceOnUse'>\
                     <rect width='9' height='9' fill='url(#p{})'/></pattern>",
                    n + 1
                )
            })
            .collect();
        let masks: String = (0..30)
            .map(|n| format!("<mask id='m{n}'><rect width='9' height='9' fill='#fff' mask='url(#m{})'/></mask>", n + 1))
            .collect();
        for body in [
            nested,
            chain,
            format!("{patterns}<rect width='9' height='9' fill='url(#p0)'/>"),
            format!("{masks}<rect width='9' height='9' mask='url(#m0)'/>"),
        ] {
            let file = format!("<svg viewBox='0 0 9 9'>{body}</svg>");
            let run = move || draw(file.as_bytes(), Size::new(9, 9), &Limits::default()).map(|_| ());
            let thread = std::thread::Builder::new().stack_size(1024 * 1024).spawn(run).unwrap();
            _ = thread.join().unwrap();
        }
    }
}
