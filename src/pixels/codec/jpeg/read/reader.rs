//! Reading row by row.

use super::coefficients::Coefficients;
use super::layout::{Layout, Part};
use super::markers::{self, File};
use super::needs::Needs;
use super::script::Script;
use super::sequential::Sequential;
use super::strip::Strip;
use super::{ReadError, Request, progressive};
use crate::limits::{LimitError, Limits};

/// A reader that gives the rows of one row of units after another.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    layout: Layout,
    strips: Vec<Strip>,
    source: Source<'a>,
    row: u32,
}

#[derive(Debug)]
enum Source<'a> {
    /// The scans, each with components of its own: they are read side by side.
    Sequential(Vec<Sequential<'a>>),
    /// What all scans together say.
    Progressive(Vec<Coefficients>),
}

/// The rows of one row of units.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    strips: &'a [Strip],
    row: u32,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], request: &Request, limits: &Limits) -> Result<Self, ReadError> {
        let file = markers::file(bytes)?;
        LimitError::check("pixels", file.header.size.pixels(), limits.pixels)?;
        let layout = Layout::new(&file.header, request);
        let needs = Needs::of(&layout, file.header.progressive);
        LimitError::check("bytes of memory for pixels", needs.total(), limits.memory)?;
        let source = if file.header.progressive { progressive(&file, &layout)? } else { sequential(&file, &layout)? };
        let strips = layout.parts.iter().map(|part| Strip::new(&layout, part)).collect::<Result<_, _>>()?;
        Ok(Self { row: layout.rows.start, strips, source, layout })
    }

    /// What comes out of each component.
    pub(super) fn parts(&self) -> &[Part] {
        &self.layout.parts
    }

    /// Bytes that are held: strips, coefficients, tables and data.
    #[cfg(test)]
    pub(super) fn taken(&self) -> u64 {
        let source: u64 = match &self.source {
            Source::Sequential(scans) => scans.iter().map(Sequential::taken).sum(),
            Source::Progressive(all) => all.iter().map(Coefficients::taken).sum(),
        };
        self.strips.iter().map(Strip::taken).sum::<u64>() + source
    }

    /// The next rows; `None` behind the last.
    pub(super) fn next(&mut self) -> Result<Option<Rows<'_>>, ReadError> {
        let row = self.row;
        if row >= self.layout.rows.end {
            return Ok(None);
        }
        match &mut self.source {
            Source::Sequential(scans) => {
                for scan in scans {
                    scan.read_row(&self.layout, row, Some(&mut self.strips))?;
                    if row + 1 == self.layout.units.height {
                        scan.finish()?;
                    }
                }
            }
            Source::Progressive(all) => {
                for (coefficients, strip) in all.iter().zip(&mut self.strips) {
                    coefficients.reduce(row, strip);
                }
            }
        }
        self.row += 1;
        Ok(Some(Rows { strips: &self.strips, row }))
    }
}

fn sequential<'a>(file: &File<'a>, layout: &Layout) -> Result<Source<'a>, ReadError> {
    let mut scans = Vec::new();
    for scan in &file.scans {
        let mut scan = Sequential::new(file, scan, layout)?;
        for row in 0..layout.rows.start {
            scan.read_row(layout, row, None)?;
        }
        scans.push(scan);
    }
    Ok(Source::Sequential(scans))
}

fn progressive<'a>(file: &File<'_>, layout: &Layout) -> Result<Source<'a>, ReadError> {
    let script = Script::new(file, layout)?;
    let parts = layout.parts.iter().zip(script.refined.iter().copied());
    let mut all = Vec::with_capacity(3);
    for (component, (part, refined)) in parts.enumerate() {
        // The table is the one that was there when the component was first scanned (T.81, B.2.4.1).
        let scan = file.scans.iter().find(|scan| scan.parts.iter().any(|part| part.component == component));
        let table = file.header.components.get(component).map_or(0, |c| c.table);
        let steps = scan.ok_or(ReadError::Damaged("a component without a scan"))?.tables.steps(table)?;
        all.push(Coefficients::new(layout, *part, refined, &steps)?);
    }
    for (scan, needed) in file.scans.iter().zip(script.needed) {
        if needed {
            progressive::read_scan(file, scan, layout, &mut all)?;
        }
    }
    Ok(Source::Progressive(all))
}

impl Rows<'_> {
    /// The rows of a component.
    pub(super) fn of(&self, component: usize) -> impl Iterator<Item = &[u8]> {
        self.strips.get(component).into_iter().flat_map(|strip| strip.rows(self.row))
    }
}
