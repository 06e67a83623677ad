//! [`Face`]: a font file that is ready for shaping and drawing.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use harfrust::{Direction, Script, ShapeOptions, ShapePlan, ShaperData, ShaperInstance, UnicodeBuffer};
use skrifa::attribute::{Style, Weight};
use skrifa::instance::{Location, Size};
use skrifa::outline::{DrawSettings, OutlineGlyphCollection};
use skrifa::raw::{FileRef, FontRef, TableProvider};
use skrifa::{GlyphId, MetadataProvider, Tag};

use super::guard;
use super::outline::{Collector, Outline, Synthesis};
use crate::code::ErrorCode;
use crate::error::Error;
use crate::limits::LimitError;
use crate::transform::Typography;

/// The growth of stems for a synthetic bold, as a part of the em square.
const GROWTH: f32 = 1.0 / 24.0;
/// The maximum number of lines and curves of all glyphs of a text.
const CURVES: usize = 1_000_000;

/// A font file with a style, prepared once for a text.
pub(super) struct Face<'a> {
    font: FontRef<'a>,
    outlines: OutlineGlyphCollection<'a>,
    shaper: ShaperData,
    instance: ShaperInstance,
    location: Location,
    synthesis: Synthesis,
    /// Shaping plans, which take longer to make than short texts take to shape.
    plans: RefCell<Vec<(Direction, Script, Rc<ShapePlan>)>>,
    glyphs: RefCell<HashMap<GlyphId, Rc<Outline>>>,
    /// Font units per em square.
    pub(super) em: f64,
    /// Font units from baseline to baseline.
    pub(super) advance: f64,
    /// The top of a strikethrough line, and its thickness, in font units.
    pub(super) strike: (f64, f64),
}

/// A glyph of a shaped text, in font units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shaped {
    /// The glyph; zero if the font lacks the character.
    pub(super) id: GlyphId,
    /// The start of its characters in the text.
    pub(super) cluster: usize,
    /// The advance to the next glyph.
    pub(super) advance: f64,
    /// The horizontal position, relative to the start of the text.
    pub(super) x: f64,
    /// The vertical position, upwards.
    pub(super) y: f64,
}

impl<'a> Face<'a> {
    /// Reads a file. If `varied` is set, the axes of the font for weight and slant are used.
    ///
    /// # Errors
    /// It is not a font that this build can read; the message names it.
    pub(super) fn new(name: &str, bytes: &'a [u8], typography: Typography, varied: bool) -> Result<Self, Error> {
        let unreadable = |why: &str| Error::Pixels { code: ErrorCode::Format, message: format!("the {name} {why}") };
        let font = match FileRef::new(bytes) {
            Ok(FileRef::Font(font)) => font,
            Ok(FileRef::Collection(fonts)) => {
                fonts.get(0).map_err(|_| unreadable("has a first font that is broken"))?
            }
            Err(_) => return Err(unreadable("is neither TrueType nor OpenType")),
        };
        let em = font.head().map_or(0, |head| head.units_per_em());
        let outlines = font.outline_glyphs();
        if em == 0 || outlines.format().is_none() || font.cmap().is_err() {
            return Err(unreadable("has no outlines, or no table of characters"));
        }
        if guard::is_overloaded(&font) {
            return Err(unreadable("has too many tables for shaping"));
        }
        let (settings, synthesis) = style(&font, typography, varied, f32::from(em));
        let location = font.axes().location(settings.iter().copied());
        let metrics = font.metrics(Size::unscaled(), &location);
        let em = f64::from(em);
        let advance = f64::from(metrics.ascent - metrics.descent + metrics.leading);
        let strike = metrics.strikeout.filter(|line| line.thickness > 0.0 && line.offset > 0.0);
        Ok(Self {
            outlines,
            shaper: ShaperData::new(&font),
            instance: ShaperInstance::from_variations(&font, settings.iter().copied()),
            location,
            synthesis,
            plans: RefCell::default(),
            glyphs: RefCell::default(),
            em,
            advance: if advance > 0.0 { advance } else { 1.2 * em },
            strike: strike.map_or((0.3 * em, 0.05 * em), |line| (line.offset.into(), line.thickness.into())),
            font,
        })
    }

    /// Shapes a piece of a text with a single direction and script, in its context. The result is in visual order.
    pub(super) fn shape(&self, text: &str, context: &Range<usize>, piece: &Range<usize>, run: Run) -> Vec<Shaped> {
        let shaper = self.shaper.shaper(&self.font).instance(Some(&self.instance)).build();
        let direction = if run.rtl { Direction::RightToLeft } else { Direction::LeftToRight };
        let part = |range: Range<usize>| text.get(range).unwrap_or_default();
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(part(piece.clone()));
        buffer.set_pre_context(part(context.start..piece.start));
        buffer.set_post_context(part(piece.end..context.end));
        buffer.set_direction(direction);
        buffer.set_script(run.script);
        let plan = self.plan(&shaper, direction, run.script);
        let shaped = shaper.shape(buffer, ShapeOptions::new().plan(Some(&plan)));
        let glyphs = shaped.glyph_infos().iter().zip(shaped.glyph_positions());
        glyphs
            .map(|(info, position)| {
                let grown = if position.x_advance > 0 { f64::from(self.synthesis.growth) } else { 0.0 };
                Shaped {
                    id: GlyphId::new(info.glyph_id),
                    cluster: piece.start + usize::try_from(info.cluster).unwrap_or(usize::MAX / 2),
                    advance: f64::from(position.x_advance) + grown,
                    x: f64::from(position.x_offset) + grown / 2.0,
                    y: f64::from(position.y_offset),
                }
            })
            .collect()
    }

    fn plan(&self, shaper: &harfrust::Shaper<'_>, direction: Direction, script: Script) -> Rc<ShapePlan> {
        let known = |plans: &[(Direction, Script, Rc<ShapePlan>)]| {
            plans.iter().find(|(d, s, _)| (*d, *s) == (direction, script)).map(|(.., plan)| Rc::clone(plan))
        };
        if let Some(plan) = known(&self.plans.borrow()) {
            return plan;
        }
        let plan = Rc::new(ShapePlan::new(shaper, direction, Some(script), None, &[]));
        self.plans.borrow_mut().push((direction, script, Rc::clone(&plan)));
        plan
    }

    /// Returns the outline of a glyph, which is empty if the font has none or a broken one.
    ///
    /// # Errors
    /// The glyphs of this text have more curves than allowed.
    pub(super) fn outline(&self, glyph: GlyphId) -> Result<Rc<Outline>, LimitError> {
        let mut glyphs = self.glyphs.borrow_mut();
        if let Some(outline) = glyphs.get(&glyph) {
            return Ok(Rc::clone(outline));
        }
        let used = glyphs.values().map(|outline| outline.len()).sum::<usize>();
        let outline = self.draw(glyph).unwrap_or_default();
        let found = (used + outline.len()) as u64;
        LimitError::check("lines and curves in the glyphs of a text", found, CURVES as u64)?;
        let outline = Rc::new(outline);
        glyphs.insert(glyph, Rc::clone(&outline));
        Ok(outline)
    }

    fn draw(&self, glyph: GlyphId) -> Option<Outline> {
        if !guard::is_drawable(&self.font, glyph, self.location.coords()) {
            return None;
        }
        let mut pen = Collector::new(CURVES);
        let settings = DrawSettings::unhinted(Size::unscaled(), &self.location);
        self.outlines.get(glyph)?.draw(settings, &mut pen).ok()?;
        pen.finish(self.synthesis)
    }
}

/// The common properties of a run of characters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Run {
    /// Whether the run is right-to-left.
    pub(super) rtl: bool,
    /// The script of the run.
    pub(super) script: Script,
}

/// Returns the settings that give a font a style: values of axes that it has, and otherwise changes of its outlines.
fn style(font: &FontRef<'_>, typography: Typography, varied: bool, em: f32) -> (Vec<(Tag, f32)>, Synthesis) {
    let own = font.attributes();
    let axis = |tag: &[u8; 4]| font.axes().get_by_tag(Tag::new(tag)).filter(|_| varied);
    let mut settings = Vec::new();
    let mut synthesis = Synthesis::default();
    // Semi-bold, the minimum that counts as bold, has 600.
    if typography.bold && own.weight < Weight::new(600.0) {
        match axis(b"wght").filter(|axis| axis.max_value() >= 600.0) {
            Some(axis) => settings.push((axis.tag(), axis.max_value().min(700.0))),
            None => synthesis.growth = GROWTH * em,
        }
    }
    if typography.italic && own.style == Style::Normal {
        let slanted = axis(b"ital").map(|axis| (axis.tag(), axis.max_value()));
        match slanted.or_else(|| axis(b"slnt").map(|axis| (axis.tag(), axis.min_value()))) {
            Some(setting) => settings.push(setting),
            None => synthesis.slant = true,
        }
    }
    (settings, synthesis)
}
