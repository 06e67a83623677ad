//! Limits on the cost of a font: a few bytes of it can cause unbounded work.
//!
//! It depends on the behaviour of `skrifa` 0.44.0, its tables (`read-fonts` 0.41.0), and `harfrust` 0.12.0, which are
//! pinned. The parser checks sizes and offsets. This module counts the structures that are followed as often as a font
//! requests: components of components, subroutines of subroutines, tables that share their parts.

use std::cell::Cell;
use std::ops::Range;

use skrifa::raw::ps::cff::blend::BlendState;
use skrifa::raw::ps::cff::index::Index;
use skrifa::raw::ps::cff::{CffFontRef, dict};
use skrifa::raw::ps::cs::{self, CharstringContext, CharstringKind, CommandSink};
use skrifa::raw::ps::error::Error;
use skrifa::raw::tables::glyf::Glyph;
use skrifa::raw::types::{BigEndian, F2Dot14, Fixed, Offset16};
use skrifa::raw::{FontData, FontRef, Offset as _, ReadError, TableProvider};
use skrifa::{GlyphId, Tag};

/// The maximum number of subtables of all lookups; fonts with very complex joining have some thousands.
const SUBTABLES: usize = 8000;
/// The maximum number of subtables of other kinds of shaping.
const OTHER_SUBTABLES: usize = 256;
/// The maximum number of components of a glyph, including those of components.
const COMPONENTS: usize = 1000;
/// The maximum number of bytes of all subroutines that a glyph calls, counted once per call.
const CALLED: usize = 64 * 1024;

/// Returns `true` if preparing to shape with a font would take too long.
pub(super) fn is_overloaded(font: &FontRef<'_>) -> bool {
    // The subtables of all lookups in GSUB and GPOS.
    let substitutions = font.gsub().and_then(|table| table.lookup_list()).ok();
    let substitutions = substitutions.map_or(0, |list| subtables(list.offset_data(), list.lookup_offsets()));
    let positions = font.gpos().and_then(|table| table.lookup_list()).ok();
    let positions = positions.map_or(0, |list| subtables(list.offset_data(), list.lookup_offsets()));
    let marks = font.gdef().ok().and_then(|table| table.mark_glyph_sets_def()?.ok());
    let mark_sets = marks.map_or(0, |sets| sets.coverages().len());
    let morx = font.morx().map_or(0, |table| {
        let chains = table.chains().iter().filter_map(Result::ok).take(OTHER_SUBTABLES + 1);
        chains.map(|chain| chain.subtables().iter().take(OTHER_SUBTABLES + 1).count().max(1)).sum()
    });
    let kern = font.kern().map_or(0, |table| table.subtables().take(OTHER_SUBTABLES + 1).count());
    let kerx = font.kerx().map_or(0, |table| table.subtables().iter().take(OTHER_SUBTABLES + 1).count());
    substitutions + positions > SUBTABLES || [mark_sets, morx, kern, kerx].iter().any(|n| *n > OTHER_SUBTABLES)
}

/// Counts the subtables of lookups by their headers alone: type, flags, count. `harfrust` 0.12.0 allocates 336 bytes
/// for each subtable that a lookup announces (`LookupInfo::new`) before it reads any of them. A lookup that announces
/// more than there are therefore counts as too many.
fn subtables(list: FontData<'_>, offsets: &[BigEndian<Offset16>]) -> usize {
    let count = |start: usize| {
        let announced = list.read_at::<u16>(start + 4).map_or(0, usize::from);
        let present = list.len().saturating_sub(start + 6) / 2;
        if announced > present { SUBTABLES + 1 } else { announced }
    };
    offsets.iter().map(|offset| count(offset.get().to_usize())).fold(0, usize::saturating_add)
}

/// Returns `true` if the outline of a glyph can be read in reasonable time.
pub(super) fn is_drawable(font: &FontRef<'_>, glyph: GlyphId, coords: &[F2Dot14]) -> bool {
    let table = |tag: &[u8; 4]| font.table_data(Tag::new(tag));
    // The order in which the outlines are searched for.
    if font.glyf().is_ok() && font.loca(None).is_ok() {
        components(font, glyph, &mut 0).is_some()
    } else if let Some(data) = table(b"CFF2").or_else(|| table(b"CFF ")) {
        calls_end(data.as_bytes(), glyph, coords).is_ok()
    } else {
        true
    }
}

/// Counts components. Returns `None` above the limit, or if a component would make the outline reader panic. Cycles are
/// detected by the limit.
fn components(font: &FontRef<'_>, glyph: GlyphId, seen: &mut usize) -> Option<()> {
    match font.loca(None).ok()?.get_glyf(glyph, &font.glyf().ok()?) {
        Ok(Some(Glyph::Composite(composite))) => {
            for component in composite.components() {
                *seen += 1;
                if *seen > COMPONENTS {
                    return None;
                }
                components(font, component.glyph.into(), seen)?;
            }
            Some(())
        }
        // `read-fonts` 0.41.0 writes the first flag of an outline without points, and panics
        // (`SimpleGlyph::read_points_fast`).
        Ok(Some(Glyph::Simple(outline))) => {
            (!outline.end_pts_of_contours().is_empty() || outline.glyph_data().is_empty()).then_some(())
        }
        _ => Some(()),
    }
}

/// Evaluates a glyph only to check that the evaluation ends.
fn calls_end(data: &[u8], glyph: GlyphId, coords: &[F2Dot14]) -> Result<(), Error> {
    let font = CffFontRef::new(data, 0, None)?;
    let second = font.version() == 2;
    let (subroutines, variation) = local_subroutines(&font, glyph)?;
    let parts = (data, font.charstrings(), font.global_subrs(), &subroutines);
    let context = Metered { parts, left: Cell::new(CALLED) };
    let blend = match (second, font.var_store()) {
        (true, Some(store)) => Some(BlendState::new(store.clone(), coords, variation)?),
        _ => None,
    };
    let charstring = font.charstrings().get(usize::try_from(glyph.to_u32()).map_err(|_| ReadError::OutOfBounds)?)?;
    cs::evaluate(&context, blend, charstring, &mut Nowhere).map(|_| ())
}

/// Returns the local subroutines of a glyph and the index of its variations.
fn local_subroutines<'a>(font: &CffFontRef<'a>, glyph: GlyphId) -> Result<(Index<'a>, u16), Error> {
    let second = font.version() == 2;
    let data = font.data();
    let part = |range: Range<usize>| data.get(range).ok_or(Error::from(ReadError::OutOfBounds));
    let header = dict::entries(part(top_dict(data, second)?)?, None);
    let (mut private, mut fonts) = (None, None);
    for entry in header.filter_map(Result::ok) {
        match entry {
            dict::Entry::PrivateDictRange(range) => private = Some(range),
            dict::Entry::FdArrayOffset(offset) => fonts = Some(offset),
            _ => {}
        }
    }
    if let Some(offset) = fonts {
        let fonts = Index::new(part(offset..data.len())?, second)?;
        let own = fonts.get(font.subfont_index(glyph).unwrap_or_default().into())?;
        let ranges = dict::entries(own, None).filter_map(Result::ok);
        private = ranges.fold(private, |found, entry| match entry {
            dict::Entry::PrivateDictRange(range) => Some(range),
            _ => found,
        });
    }
    let Some(private) = private else { return Ok((Index::Empty, 0)) };
    let (mut subroutines, mut variation) = (Index::Empty, 0);
    for entry in dict::entries(part(private.clone())?, None).filter_map(Result::ok) {
        match entry {
            dict::Entry::SubrsOffset(offset) => {
                let start = private.start.checked_add(offset).ok_or(ReadError::OutOfBounds)?;
                subroutines = Index::new(part(start..data.len())?, second)?;
            }
            dict::Entry::VariationStoreIndex(index) => variation = index,
            _ => {}
        }
    }
    Ok((subroutines, variation))
}

/// Returns the range of the first top dictionary.
fn top_dict(data: &[u8], second: bool) -> Result<Range<usize>, Error> {
    use skrifa::raw::FontRead;
    use skrifa::raw::tables::cff::Cff;
    use skrifa::raw::tables::cff2::Cff2;
    let part =
        if second { Cff2::read(data.into())?.top_dict_data() } else { Cff::read(data.into())?.top_dicts().get(0)? };
    // A part of `data`, so its position follows from the difference of the pointers.
    let start = (part.as_ptr() as usize).wrapping_sub(data.as_ptr() as usize);
    Ok(start..start.saturating_add(part.len()))
}

/// A font that limits the bytes of the subroutines that are called.
struct Metered<'a> {
    /// The table, all glyphs, and the global and local subroutines.
    parts: (&'a [u8], &'a Index<'a>, &'a Index<'a>, &'a Index<'a>),
    left: Cell<usize>,
}

impl Metered<'_> {
    fn pay<'b>(&self, code: &'b [u8]) -> Result<&'b [u8], Error> {
        let left = self.left.get().checked_sub(code.len() + 1).ok_or(Error::CharstringNestingDepthLimitExceeded)?;
        self.left.set(left);
        Ok(code)
    }
}

impl CharstringContext for Metered<'_> {
    fn kind(&self) -> CharstringKind {
        CharstringKind::Type2
    }

    fn seac_components(&self, base: i32, accent: i32) -> Result<[&[u8]; 2], Error> {
        self.parts.seac_components(base, accent)
    }

    fn global_subr(&self, index: i32) -> Result<&[u8], Error> {
        self.pay(subroutine(self.parts.2, index)?)
    }

    fn subr(&self, index: i32) -> Result<&[u8], Error> {
        self.pay(subroutine(self.parts.3, index)?)
    }
}

/// Returns the subroutine with a number as encoded in charstrings.
fn subroutine<'a>(all: &Index<'a>, index: i32) -> Result<&'a [u8], Error> {
    let index = index.checked_add(all.subr_bias()).and_then(|index| usize::try_from(index).ok());
    all.get(index.ok_or(ReadError::OutOfBounds)?)
}

/// A pen that draws nothing.
struct Nowhere;

impl CommandSink for Nowhere {
    fn move_to(&mut self, _: Fixed, _: Fixed) {}
    fn line_to(&mut self, _: Fixed, _: Fixed) {}
    fn curve_to(&mut self, _: Fixed, _: Fixed, _: Fixed, _: Fixed, _: Fixed, _: Fixed) {}
    fn close(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;
    use crate::path::AssetPath;
    use crate::pixels::text::book::FontBook;
    use crate::pixels::text::draw;
    use crate::plan::{FontChoice, Size, TextBlock};
    use crate::timely::within;
    use crate::transform::{Align, Color, Typography};

    fn words(words: &[u16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    /// A font of these tables and the required ones, whose last glyph is `a`.
    fn font(glyphs: u16, mut tables: Vec<(&[u8; 4], Vec<u8>)>) -> Vec<u8> {
        let mut head = vec![0; 54];
        head[18..20].copy_from_slice(&1000u16.to_be_bytes());
        head[51] = 1;
        let mut hhea = vec![0; 36];
        hhea[4..6].copy_from_slice(&800u16.to_be_bytes());
        hhea[35] = 1;
        let cmap = words(&[0, 1, 3, 10, 0, 12, 12, 0, 0, 28, 0, 0, 0, 1, 0, 0x61, 0, 0x61, 0, glyphs - 1]);
        tables.push((b"maxp", words(&[0, 0x5000, glyphs])));
        tables.push((b"hmtx", words(&vec![0; usize::from(glyphs) + 1])));
        tables.extend([(b"head", head), (b"hhea", hhea), (b"cmap", cmap)]);
        tables.sort();
        let count = tables.len();
        let mut file = words(&[1, 0, count as u16, 0, 0, 0]);
        let mut at = 12 + 16 * count as u32;
        for (tag, table) in &tables {
            file.extend([u32::from_be_bytes(**tag), 0, at, table.len() as u32].iter().flat_map(|n| n.to_be_bytes()));
            at += table.len() as u32;
        }
        tables.into_iter().for_each(|(_, table)| file.extend(table));
        file
    }

    /// A triangle, and glyphs that each contain the previous one `times` times.
    fn composite(levels: u16, times: u16) -> Vec<u8> {
        let mut glyf = words(&[1, 0, 0, 500, 500, 2, 0, 0x0101]);
        glyf.push(1);
        glyf.extend(words(&[0, 500, 0, 0, 0, 500]));
        glyf.push(0);
        let mut loca = vec![0, glyf.len() as u32];
        for level in 0..levels {
            glyf.extend(words(&[0xFFFF, 0, 0, 500, 500]));
            for time in 1..=times {
                glyf.extend(words(&[if time < times { 0x22 } else { 2 }, level, 0x0A00]));
            }
            loca.push(glyf.len() as u32);
        }
        let loca = loca.into_iter().flat_map(u32::to_be_bytes).collect();
        font(levels + 1, vec![(b"glyf", glyf), (b"loca", loca)])
    }

    fn index(items: &[Vec<u8>]) -> Vec<u8> {
        let mut index = words(&[items.len() as u16]);
        index.push(2);
        let mut at = 1u16;
        index.extend(at.to_be_bytes());
        for item in items {
            at += item.len() as u16;
            index.extend(at.to_be_bytes());
        }
        items.iter().for_each(|item| index.extend(item));
        index
    }

    /// A triangle, drawn by the last of several subroutines that each call the next one `times` times.
    fn postscript(levels: u8, times: usize) -> Vec<u8> {
        let number = |n: u16| [&[28][..], &n.to_be_bytes()].concat();
        let draw = [number(0), number(0), vec![21], number(500), vec![6], number(500), vec![7, 11]].concat();
        // The bias for a small number of subroutines is 107, and small numbers are bytes from 139 on.
        let call = |index: u8| [index + 139 - 107, 29];
        let mut subroutines: Vec<_> = (1..levels).map(|next| [call(next).repeat(times), vec![11]].concat()).collect();
        subroutines.push(draw);
        let glyphs = index(&[vec![14], [&call(0)[..], &[14]].concat()]);
        let subroutines = index(&subroutines);
        let name = index(&[b"A".to_vec()]);
        // Name, top dictionary of 4 bytes, no strings, subroutines, then the glyphs.
        let offset = 4 + name.len() + 11 + 2 + subroutines.len();
        let top = index(&[[number(offset as u16), vec![17]].concat()]);
        let table = [vec![1, 0, 4, 2], name, top, vec![0, 0], subroutines, glyphs].concat();
        font(2, vec![(b"CFF ", table)])
    }

    fn size(font: &[u8]) -> Size {
        let block = TextBlock {
            text: "a".to_owned(),
            font: FontChoice::File(AssetPath::from_text("a").unwrap()),
            size: 100.0,
            wrap: None,
            align: Align::Left,
            padding: [0; 4],
            color: Color::BLACK,
            background: None,
            typography: Typography::default(),
            line_height: None,
        };
        let files = |_: &AssetPath| Ok(font);
        within(2, || draw(&block, &FontBook::new(None, &files), &Limits::default())).unwrap().size()
    }

    #[test]
    fn glyphs_that_unfold_without_end_are_blank() {
        // The triangle of half an em, moved by a hundredth at each level.
        assert_eq!(size(&composite(1, 1)), Size::new(50, 50));
        assert_eq!(size(&composite(3, 2)), Size::new(50, 50));
        assert_eq!(size(&composite(9, 2)), Size::new(1, 1));
        assert_eq!(size(&composite(31, 2)), Size::new(1, 1));
        assert_eq!(size(&postscript(1, 0)), Size::new(50, 50));
        // Drawn four times, each time from the end of the previous one.
        assert_eq!(size(&postscript(3, 2)), Size::new(200, 200));
        assert_eq!(size(&postscript(9, 100)), Size::new(1, 1));
    }

    #[test]
    fn shaping_tables_are_counted_by_their_headers() {
        // All lookups are the same table, which announces one number of subtables and has another.
        let lookups = |count: u16, announced: u16, present: usize| {
            let lookup = [words(&[1, 0, announced]), words(&vec![0; present])].concat();
            let list = [words(&[count]), words(&vec![2 * count + 2; count.into()]), lookup].concat();
            let table = [words(&[1, 0, 10, 10, 10]), list].concat();
            font(2, vec![(b"GSUB", table), (b"glyf", vec![0; 4]), (b"loca", vec![0; 12])])
        };
        for (count, announced, present, want) in [
            (1, 60_000, 60_000, true),
            (0, 60_000, 60_000, false),
            (1, 7000, 7000, false),
            (2, 7000, 7000, true),
            // Memory would be allocated for subtables that do not exist.
            (1, 7000, 6999, true),
            (1, 1, 0, true),
            (1, 0, 0, false),
        ] {
            let font = lookups(count, announced, present);
            let found = is_overloaded(&FontRef::new(&font).unwrap());
            assert_eq!(found, want, "{count} lookups with {announced} of {present}");
        }
        #[cfg(feature = "text")]
        assert!(!is_overloaded(&FontRef::new(dejavu::sans::regular()).unwrap()));
    }
}
