//! Lines: the line breaks of a paragraph, and the visual order of its parts.

use std::ops::Range;

use harfrust::Script;
use icu_properties::props::NamedEnumeratedProperty as _;
use icu_properties::{CodePointMapData, props};
use icu_segmenter::LineSegmenter;
use skrifa::Tag;
use unicode_bidi::BidiInfo;

use super::face::Run;
use super::shape::{Glyph, Setter};
use crate::error::Error;

/// The part of a pixel by which a line may be too wide, because sums of fractions are not exact.
const SLACK: f64 = 1.0 / 64.0;
const SOFT_HYPHEN: char = '\u{AD}';

/// A line, from left to right.
#[derive(Debug)]
pub(super) struct Line {
    /// The glyphs.
    pub(super) glyphs: Vec<Glyph>,
    /// The width in pixels, without trailing space.
    pub(super) width: f64,
    /// Whether the line belongs to a right-to-left paragraph.
    pub(super) rtl: bool,
}

/// Returns the lines of a text. A line is wider than `wrap` only if it is a single word.
pub(super) fn lines(text: &str, wrap: Option<f64>, setter: &Setter<'_>) -> Result<Vec<Line>, Error> {
    let mut lines = Vec::new();
    for paragraph in paragraphs(text) {
        Paragraph::new(&paragraph).lines(wrap, setter, &mut lines)?;
    }
    Ok(lines)
}

/// Splits a text at line ends of any kind and removes control characters. A tab becomes a space.
fn paragraphs(text: &str) -> Vec<String> {
    let ends = ['\n', '\r', '\u{B}', '\u{C}', '\u{85}', '\u{2028}', '\u{2029}'];
    let clean = |line: &str| -> String {
        let chars = line.chars().map(|c| if c == '\t' { ' ' } else { c });
        chars.filter(|c| !c.is_control()).collect()
    };
    text.replace("\r\n", "\n").split(ends).map(clean).collect()
}

/// A paragraph with the properties of its characters.
struct Paragraph<'a> {
    text: &'a str,
    bidi: BidiInfo<'a>,
    scripts: Vec<(Range<usize>, Script)>,
}

impl<'a> Paragraph<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, bidi: BidiInfo::new(text, None), scripts: scripts(text) }
    }

    fn lines(&self, wrap: Option<f64>, setter: &Setter<'_>, lines: &mut Vec<Line>) -> Result<(), Error> {
        let whole = self.line(0..self.text.len(), setter)?;
        let Some(wrap) = wrap.filter(|wrap| whole.width > *wrap + SLACK) else {
            lines.push(whole);
            return Ok(());
        };
        // The width of the unbroken text up to each byte.
        let mut reach = vec![0.0; self.text.len() + 1];
        for glyph in &whole.glyphs {
            if let Some(after) = reach.get_mut(glyph.cluster + 1) {
                *after += glyph.advance;
            }
        }
        let mut sum = 0.0;
        reach.iter_mut().for_each(|x| {
            sum += *x;
            *x = sum;
        });
        let far = |byte: usize| reach.get(byte).copied().unwrap_or_default();
        let segmenter = LineSegmenter::new_lstm(icu_segmenter::options::LineBreakOptions::default());
        let breaks: Vec<usize> = segmenter.segment_str(self.text).filter(|at| *at > 0).collect();
        let (mut start, mut next) = (0, 0);
        while next < breaks.len() {
            // As many words as fit by this estimate, at least one.
            let rest = breaks.get(next..).unwrap_or_default();
            let fits = |at: &&usize| far(self.visible(start..**at).end) - far(start) <= wrap + SLACK;
            let mut count = rest.iter().take_while(fits).count().max(1);
            // A separate line may be slightly wider, because glyphs depend on their neighbours.
            loop {
                let end = rest.get(count - 1).copied().unwrap_or(self.text.len());
                let line = self.line(start..end, setter)?;
                if count == 1 || line.width <= wrap + SLACK {
                    lines.push(line);
                    (start, next) = (end, next + count);
                    break;
                }
                count -= 1;
            }
        }
        Ok(())
    }

    /// Returns a range without its trailing space, which hangs over the edge.
    fn visible(&self, range: Range<usize>) -> Range<usize> {
        let text = self.text.get(range.clone()).unwrap_or_default();
        // Non-breaking spaces do not hang.
        let hangs = |c: char| c.is_whitespace() && !matches!(c, '\u{A0}' | '\u{2007}' | '\u{202F}');
        range.start..range.start + text.trim_end_matches(hangs).len()
    }

    /// Shapes a line.
    fn line(&self, range: Range<usize>, setter: &Setter<'_>) -> Result<Line, Error> {
        let goes_on = range.end < self.text.len();
        let visible = self.visible(range);
        let rtl = self.bidi.paragraphs.first().is_some_and(|paragraph| paragraph.level.is_rtl());
        let mut glyphs = Vec::new();
        if let Some(paragraph) = self.bidi.paragraphs.first().filter(|_| !visible.is_empty()) {
            let (levels, runs) = self.bidi.visual_runs(paragraph, visible.clone());
            for run in runs {
                let rtl = levels.get(run.start).is_some_and(|level| level.is_rtl());
                let mut pieces: Vec<_> = self.pieces(run).collect();
                if rtl {
                    pieces.reverse();
                }
                for (piece, script) in pieces {
                    setter.set(self.text, &visible, &piece, Run { rtl, script }, &mut glyphs)?;
                }
            }
        }
        if goes_on && self.text.get(visible.clone()).is_some_and(|t| t.ends_with(SOFT_HYPHEN)) {
            self.hyphen(rtl, setter, &mut glyphs)?;
        }
        let width = glyphs.iter().map(|glyph| glyph.advance).sum();
        Ok(Line { glyphs, width, rtl })
    }

    /// Adds a hyphen to a word that continues in the next line.
    fn hyphen(&self, rtl: bool, setter: &Setter<'_>, glyphs: &mut Vec<Glyph>) -> Result<(), Error> {
        let script = self.scripts.last().map_or(harfrust::script::LATIN, |(_, script)| *script);
        let mut hyphen = Vec::new();
        setter.set("-", &(0..1), &(0..1), Run { rtl, script }, &mut hyphen)?;
        let at = if rtl { 0 } else { glyphs.len() };
        // The hyphen belongs to no cluster of the text, so no width is computed from it.
        glyphs.splice(at..at, hyphen);
        Ok(())
    }

    /// Returns the parts of a range, each with a single script.
    fn pieces(&self, range: Range<usize>) -> impl Iterator<Item = (Range<usize>, Script)> {
        self.scripts.iter().filter_map(move |(script, name)| {
            let common = script.start.max(range.start)..script.end.min(range.end);
            (!common.is_empty()).then_some((common, *name))
        })
    }
}

/// Returns the runs of each script. Characters without a script, such as spaces and accents, belong to the preceding
/// run.
fn scripts(text: &str) -> Vec<(Range<usize>, Script)> {
    let map = CodePointMapData::<props::Script>::new();
    let own = |c: char| match map.get(c) {
        props::Script::Common | props::Script::Inherited => None,
        script => Script::from_iso15924_tag(Tag::new(script.short_name().as_bytes().first_chunk()?)),
    };
    let mut runs: Vec<(Range<usize>, Option<Script>)> = Vec::new();
    for (start, c) in text.char_indices() {
        let (end, script) = (start + c.len_utf8(), own(c));
        match runs.last_mut() {
            Some((range, known)) if script.is_none() || known.is_none() || *known == script => {
                range.end = end;
                *known = known.or(script);
            }
            _ => runs.push((start..end, script)),
        }
    }
    runs.into_iter().map(|(range, script)| (range, script.unwrap_or(harfrust::script::COMMON))).collect()
}
