//! SVG: drawn at the requested size, by `resvg`.
//!
//! ```text
//! bytes ── sanitise ──▶ text ── style ──▶ attributes ── expand ──▶ usvg's tree ── bill ──▶ resvg ──▶ Raster
//!                              CSS, first              counts what          counts what drawing
//!                              moment                  references multiply  will touch and hold
//! ```
//!
//! A small file can cause endless work, and the renderer cannot be interrupted. Both steps are therefore estimated
//! first: the size of the tree after its references are expanded, and the number of pixels that drawing touches. There
//! is no access to files, to the network, or to fonts of the host. Text is drawn with the fonts of the embedder and, with
//! the feature `text`, the bundled ones. The notes of the result list everything that was not drawn.

mod cost;
mod expand;
#[cfg(feature = "own-fonts")]
mod fonts;
mod style;
mod unloop;

use std::cell::OnceCell;
use std::sync::Arc;

use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{ImageHrefResolver, ImageKind, Options, Tree};

use super::reader::{Reader, Request};
use super::{Codec, gif, jpeg, png, webp};
use crate::cost::Cost;
use crate::error::Error;
use crate::extend::Fonts;
use crate::format::Format;
use crate::limits::{LimitError, Limits};
use crate::note::Note;
use crate::pixels::base::{Channels, damaged, internal_error, memory};
use crate::pixels::raster::Raster;
use crate::plan::{Size, SourceInfo};
use crate::svg::{self, Viewport};

/// The SVG codec.
pub(crate) struct Svg;

impl Codec for Svg {
    fn open<'a>(&self, file: &'a [u8], limits: &'a Limits) -> Result<Box<dyn Reader + 'a>, Error> {
        let viewport = svg::viewport(file, limits)?;
        let mut info = SourceInfo::new(viewport.size(limits));
        info.format = Format::Svg;
        info.alpha = true;
        info.vector = true;
        Ok(Box::new(File { bytes: file, limits, info, prepared: OnceCell::new() }))
    }
}

/// A file whose root element has been read.
struct File<'a> {
    bytes: &'a [u8],
    limits: &'a Limits,
    info: SourceInfo,
    /// The tree, built on demand.
    prepared: OnceCell<Result<Prepared, Error>>,
}

impl File<'_> {
    /// Returns the tree of the file. `fonts` are those of the embedder, for its texts. They have to be the same for all
    /// requests.
    fn prepared(&self, fonts: Option<&dyn Fonts>) -> Result<&Prepared, Error> {
        self.prepared.get_or_init(|| Prepared::new(self.bytes, fonts, self.limits)).as_ref().map_err(Clone::clone)
    }
}

impl Reader for File<'_> {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    /// Covers the tree, the canvas and the image made from it, and the layers that are open at the same time. Builds
    /// the tree.
    fn cost(&self, request: &Request<'_>) -> Result<Cost, Error> {
        let drawing = self.prepared(request.fonts)?.cost(request.size, self.limits)?;
        Ok(drawing.holding(super::samples::TABLES))
    }

    fn decode(&self, request: &Request<'_>) -> Result<Raster, Error> {
        request.only_page()?;
        self.prepared(request.fonts)?.draw(request.size, self.limits)
    }
}

/// A drawing that has been sanitised, styled and parsed into a tree.
struct Prepared {
    /// The tree; `None` if the drawing shows nothing (SVG 2, 8.6).
    tree: Option<Tree>,
    viewport: Viewport,
    /// The colour of the canvas: red, green, blue, opacity.
    background: Option<[u8; 4]>,
    notes: Vec<Note>,
    /// The number of bytes of the tree.
    tree_bytes: u64,
    /// The peak number of bytes while building the tree.
    trees: u64,
}

impl Prepared {
    #[cfg_attr(not(feature = "own-fonts"), expect(unused_variables, reason = "fonts are for text"))]
    fn new(bytes: &[u8], fonts: Option<&dyn Fonts>, limits: &Limits) -> Result<Self, Error> {
        let (text, viewport, mut notes) = svg::sanitized(bytes, limits)?;
        let styled = style::styled(&svg::parse(&text)?, viewport, &mut notes)?;
        let mut prepared = Self {
            tree: None,
            viewport,
            background: styled.background,
            notes: Vec::new(),
            tree_bytes: 0,
            trees: svg::trees(&text).max(svg::trees(&styled.text)).saturating_add(memory::len(bytes)),
        };
        memory::check(prepared.trees, limits)?;
        if !viewport.view_box.is_some_and(|shown| shown.is_empty()) {
            let mut document = svg::parse(&styled.text)?;
            let mut expanded = expand::check(&document, limits)?;
            let text;
            if !expanded.loops.is_empty() {
                text = unloop::without(&document, &expanded.loops);
                document = svg::parse(&text)?;
                expanded = expand::check(&document, limits)?;
                if !expanded.loops.is_empty() {
                    return Err(damaged(Format::Svg));
                }
            }
            memory::check(prepared.trees.saturating_add(expanded.held), limits)?;
            prepared.tree_bytes = expanded.held;
            #[cfg(feature = "own-fonts")]
            let fonts = fonts::Selection::new(fonts, fonts::BUNDLED);
            #[cfg_attr(not(feature = "own-fonts"), expect(unused_mut, reason = "fonts are for text"))]
            let mut options = options(limits);
            #[cfg(feature = "own-fonts")]
            fonts.add_to(&mut options, &document);
            let tree = Tree::from_xmltree(&document, &options).map_err(|_| damaged(Format::Svg))?;
            prepared.tree = Some(tree);
            #[cfg(feature = "own-fonts")]
            if fonts.lacks_one() {
                notes.add("text without a", "font");
            }
        }
        prepared.notes = notes.take();
        Ok(prepared)
    }

    /// Returns the cost of building the tree and drawing it at this size.
    fn cost(&self, size: Size, limits: &Limits) -> Result<Cost, Error> {
        // The canvas, and the image made from it.
        let canvas = Cost::new(memory::bytes(size, Channels::Rgba).saturating_mul(2), size.pixels().saturating_mul(8));
        let trees = self.trees.saturating_add(self.tree_bytes);
        let making = Cost::new(trees, trees.saturating_mul(4));
        let drawing = match &self.tree {
            Some(tree) => cost::of(tree, self.transform(size), size, self.tree_bytes, limits)?,
            None => Cost::default(),
        };
        Ok(making.then(drawing.and(canvas)))
    }

    fn transform(&self, size: Size) -> Transform {
        let scale = |to: u32, from: f64| {
            #[expect(clippy::cast_possible_truncation, reason = "the renderer calculates in single precision")]
            let scale = (f64::from(to) / from) as f32;
            scale
        };
        Transform::from_scale(scale(size.width, self.viewport.width), scale(size.height, self.viewport.height))
    }

    /// Draws the tree at this size, on its background or a transparent canvas.
    fn draw(&self, size: Size, limits: &Limits) -> Result<Raster, Error> {
        LimitError::check("pixels", size.pixels(), limits.pixels)?;
        self.cost(size, limits)?.check(limits)?;
        let Some(tree) = &self.tree else {
            let blank = Raster::new(size, Channels::Rgba, memory::zeros(memory::bytes(size, Channels::Rgba))?)?;
            return Ok(blank.noting(self.notes.clone()));
        };
        let mut pixmap = Pixmap::new(size.width, size.height).ok_or_else(|| internal_error("no canvas"))?;
        if let Some([red, green, blue, alpha]) = self.background {
            pixmap.fill(Color::from_rgba8(red, green, blue, alpha));
        }
        resvg::render(tree, self.transform(size), &mut pixmap.as_mut());
        let image = Raster::new(size, Channels::Rgba, pixmap.take_demultiplied())?;
        Ok(image.without_needless_alpha().noting(self.notes.clone()))
    }
}

/// Draws a file at this size.
#[cfg(test)]
fn draw(bytes: &[u8], size: Size, fonts: Option<&dyn Fonts>, limits: &Limits) -> Result<Raster, Error> {
    Prepared::new(bytes, fonts, limits)?.draw(size, limits)
}

/// Returns options without access to files, addresses or fonts of the host. Embedded images are decoded like sources.
fn options(limits: &Limits) -> Options<'_> {
    Options {
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(|_, data: Arc<Vec<u8>>, _| {
                let format = Format::sniff(&data)?;
                let codec: &dyn Codec = match format {
                    Format::Png => &png::Png,
                    Format::Jpeg => &jpeg::Jpeg,
                    Format::Gif => &gif::Gif,
                    Format::WebP => &webp::WebP,
                    _ => return None,
                };
                LimitError::check("bytes in the source", memory::len(&data), limits.source_bytes).ok()?;
                codec.open(&data, limits).ok()?;
                Some(match format {
                    Format::Png => ImageKind::PNG(data),
                    Format::Jpeg => ImageKind::JPEG(data),
                    Format::Gif => ImageKind::GIF(data),
                    _ => ImageKind::WEBP(data),
                })
            }),
            resolve_string: Box::new(|_, _| None),
        },
        // The defaults of browsers.
        font_size: 16.0,
        font_family: "sans-serif".to_owned(),
        ..Options::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(file: &str) -> Result<Raster, Error> {
        draw(file.as_bytes(), Size::new(9, 9), None, &Limits::default())
    }

    #[test]
    fn edges_that_share_rows_count_in_pairs() {
        let work = |path: String| {
            let file = format!("<svg width='100' height='100'><path d='{path}'/></svg>");
            let limits = Limits::default();
            let prepared = Prepared::new(file.as_bytes(), None, &limits).unwrap();
            prepared.cost(Size::new(100, 100), &limits).map(|cost| cost.work).map_err(|error| error.to_string())
        };
        let long = |count: u32| (0..count).map(|n| format!("M{} 0v99", n % 97)).collect::<String>();
        let short = |count: u32| (0..count).map(|n| format!("M{} {}v1", n % 97, n % 89)).collect::<String>();
        let [few, many] = [5_000, 40_000].map(|count| work(long(count)).unwrap());
        // Eight times as many long strokes take more than eight times the work. The same number of short ones takes
        // little.
        assert!(many > few * 20, "{few} {many}");
        assert!(work(short(40_000)).unwrap() * 10 < many);
        assert!(work(long(200_000)).unwrap_err().contains("computing"));
    }

    #[test]
    fn references_in_circles_show_nothing() {
        let rect = |more: &str| format!("<rect width='9' height='9' {more}/>");
        let red = "<rect x='4' y='4' width='1' height='1' fill='red'/>";
        for body in [
            format!("<g id='a'>{red}<use href='#a'/></g>"),
            format!("<g id='a'><g id='b'>{red}<use href='#a'/></g></g><use href='#b'/>"),
            format!(
                "<pattern id='p' width='9' height='9' patternUnits='userSpaceOnUse'>{red}{}</pattern>{}",
                rect("fill='url(#p)'"),
                rect("fill='url(#p)'")
            ),
            format!(
                "<g fill='url(#p)'><pattern id='p' width='1' height='1' fill='url(#p)'>{}</pattern></g>{red}",
                rect("")
            ),
            format!("<mask id='m'>{}</mask><g mask='url(#m)'>{red}</g>", rect("fill='#fff' mask='url(#m)'")),
            format!("<clipPath id='c' clip-path='url(#c)'>{}</clipPath><g clip-path='url(#c)'>{red}</g>", rect("")),
            format!(
                "<mask id='m'><g mask='url(#n)'>{0}</g></mask><mask id='n'><g mask='url(#m)'>{0}</g></mask>{red}",
                rect("fill='#fff'")
            ),
        ] {
            let file = format!("<svg width='9' height='9'>{body}</svg>");
            let drawn = small(&file);
            let drawn = drawn.unwrap_or_else(|error| panic!("{body}: {error}"));
            let at = 4 * (4 * 9 + 4);
            assert_eq!(drawn.samples().get(at..at + 4), Some([255, 0, 0, 255].as_slice()), "{body}");
        }
    }

    #[test]
    #[cfg_attr(target_family = "wasm", ignore = "starts threads")]
    fn deep_trees_fit_a_small_stack() {
        // With references, the renderer recurses deeper than the text is nested.
        let nested = format!("{}<rect width='9' height='9'/>{}", "<g opacity='.9'>".repeat(250), "</g>".repeat(250));
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
        let plain = format!("{}<rect width='9' height='9'/>{}", "<g>".repeat(4000), "</g>".repeat(4000));
        for body in [
            nested,
            plain,
            chain,
            format!("{patterns}<rect width='9' height='9' fill='url(#p0)'/>"),
            format!("{masks}<rect width='9' height='9' mask='url(#m0)'/>"),
        ] {
            let file = format!("<svg viewBox='0 0 9 9'>{body}</svg>");
            let run = move || small(&file).map(|_| ());
            let thread = std::thread::Builder::new().stack_size(1024 * 1024).spawn(run).unwrap();
            thread.join().unwrap().unwrap();
        }
    }
}
