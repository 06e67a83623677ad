//! Resolution of style sheets, custom properties and animations to a tree of plain attributes.
//!
//! ```text
//! sanitised tree ── cascade ──▶ values of each element ── write ──▶ text without style sheets
//!   sheet, media, selector      color, values, transform
//!   smil, keyframes             at the moment when an image appears
//! ```
//!
//! The renderer supports CSS of 1998. This stage supports the CSS that drawing programs and authors write today: custom
//! properties, media queries, selectors of level 4, colours of level 4, calculating functions, and geometry and
//! transformations as properties. Anything that this stage does not support either is listed in the notes.

mod cascade;
mod color;
mod keyframes;
mod matching;
mod media;
mod selector;
mod sheet;
mod smil;
mod spaces;
mod timing;
mod transform;
mod values;
mod write;

use std::collections::HashMap;
use std::rc::Rc;

use roxmltree::Document;

use self::cascade::Inherited;
use self::color::Rgba;
use self::matching::Fuel;
use self::sheet::Sheet;
use self::smil::Animations;
use self::values::Context;
use self::write::Writer;
use crate::error::Error;
use crate::limits::LimitError;
use crate::svg::{Notes, Viewport};

/// A drawing whose style is entirely in its attributes.
#[derive(Debug)]
pub(super) struct Styled {
    /// The SVG text for the renderer.
    pub(super) text: String,
    /// The colour of the canvas: red, green, blue, opacity.
    pub(super) background: Option<[u8; 4]>,
}

/// Resolves the style of a sanitised drawing.
pub(super) fn styled(document: &Document<'_>, viewport: Viewport, notes: &mut Notes) -> Result<Styled, Error> {
    let image = (viewport.width, viewport.height);
    let sheet = Sheet::read(document, image, notes)?;
    let animations = Animations::of(document);
    if !animations.is_empty() || !sheet.keyframes.is_empty() {
        notes.add("animation after its start", "");
    }
    let shown = viewport.view_box.filter(|shown| !shown.is_empty());
    let coordinates = shown.map_or(image, |shown| (shown.width, shown.height));
    let context = Context { font: 16.0, current: Rgba::BLACK, viewport: coordinates, image };
    let above = Inherited { context, custom: Rc::new(HashMap::new()) };
    let mut writer = Writer::new(&sheet, &animations, Fuel(COMPARISONS), notes);
    writer.root(document.root_element(), viewport, &above);
    let (text, background, fuel) = writer.end();
    LimitError::check("comparisons of style rules in an SVG", u64::from(fuel == 0) * (COMPARISONS + 1), COMPARISONS)?;
    Ok(Styled { text, background })
}

/// The maximum number of steps for matching rules to elements. Each takes about ten nanoseconds.
const COMPARISONS: u64 = 50_000_000;

#[cfg(test)]
mod tests;
