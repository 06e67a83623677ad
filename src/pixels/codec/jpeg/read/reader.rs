//! Decoding row by row.

use super::coefficients::Coefficients;
use super::damage::Damage;
use super::header::Header;
use super::layout::{Layout, Part};
use super::markers::{File, Opened};
use super::needs::Needs;
use super::script::Script;
use super::sequential::Sequential;
use super::strip::Strip;
use super::{ReadError, Request, arithmetic, progressive, unless_stopped, work};
use crate::limits::{LimitError, Limits};
use crate::stop::Stop;

/// A reader that returns the samples of one row of units after another.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    layout: Layout,
    strips: Vec<Strip>,
    source: Source<'a>,
    row: u32,
    /// The damage found outside sequential scans.
    damage: Damage,
}

#[derive(Debug)]
enum Source<'a> {
    /// Scans of different components, which are read side by side.
    Sequential(Vec<Sequential<'a>>),
    /// The coefficients of all scans.
    Kept(Vec<Coefficients>),
}

/// The sample rows of one row of units.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    strips: &'a [Strip],
    row: u32,
}

impl<'a> Reader<'a> {
    /// Parses a file and prepares its scans. `bytes_for` returns the memory that the whole read takes. It is checked
    /// before any is allocated.
    pub(super) fn new(
        opened: &Opened<'a>,
        request: &Request,
        limits: &Limits,
        stop: &Stop,
        bytes_for: impl FnOnce(&Header, &Needs) -> u64,
    ) -> Result<Self, ReadError> {
        let file = opened.file()?;
        LimitError::check("pixels", file.header.size.pixels(), limits.pixels)?;
        let layout = Layout::new(&file.header, request);
        let needs = Needs::of(&layout, &file.header);
        LimitError::check("bytes of memory for pixels", bytes_for(&file.header, &needs), limits.memory)?;
        LimitError::check("units of computing", work::of_layout(file, &layout), limits.work)?;
        let mut damage = file.damage;
        let source = if file.header.keeps_coefficients() {
            kept(file, &layout, &mut damage, stop)?
        } else {
            sequential(file, &layout)?
        };
        let strips = layout.parts.iter().map(|part| Strip::new(&layout, part)).collect::<Result<_, _>>()?;
        Ok(Self { row: layout.rows.start, strips, source, layout, damage })
    }

    /// Returns the damage found so far.
    pub(super) fn damage(&self) -> Damage {
        let mut all = self.damage;
        if let Source::Sequential(scans) = &self.source {
            scans.iter().for_each(|scan| all.add(scan.damage()));
        }
        all
    }

    /// Returns the layout of each component.
    pub(super) fn parts(&self) -> &[Part] {
        &self.layout.parts
    }

    /// Returns the number of bytes held: strips, coefficients, tables and data.
    #[cfg(test)]
    pub(super) fn taken(&self) -> u64 {
        let source: u64 = match &self.source {
            Source::Sequential(scans) => scans.iter().map(Sequential::taken).sum(),
            Source::Kept(all) => all.iter().map(Coefficients::taken).sum(),
        };
        self.strips.iter().map(Strip::taken).sum::<u64>() + source
    }

    /// Decodes the next row of units. Returns `None` after the last.
    pub(super) fn next(&mut self) -> Option<Rows<'_>> {
        let row = self.row;
        if row >= self.layout.rows.end {
            return None;
        }
        match &mut self.source {
            Source::Sequential(scans) => {
                for scan in scans {
                    scan.read_row(&self.layout, row, Some(&mut self.strips));
                    if row + 1 == self.layout.units.height {
                        scan.finish();
                    }
                }
            }
            Source::Kept(all) => {
                for (coefficients, strip) in all.iter().zip(&mut self.strips) {
                    coefficients.reduce(row, strip);
                }
            }
        }
        self.row += 1;
        Some(Rows { strips: &self.strips, row })
    }
}

fn sequential<'a>(file: &File<'a>, layout: &Layout) -> Result<Source<'a>, ReadError> {
    let mut scans = Vec::new();
    for scan in &file.scans {
        let mut scan = Sequential::new(file, scan, layout)?;
        for row in 0..layout.rows.start {
            scan.read_row(layout, row, None);
        }
        scans.push(scan);
    }
    Ok(Source::Sequential(scans))
}

/// Reads all scans that are needed, up to the first one that cannot be read.
fn kept<'a>(file: &File<'_>, layout: &Layout, damage: &mut Damage, stop: &Stop) -> Result<Source<'a>, ReadError> {
    let script = Script::new(file, layout);
    let parts = layout.parts.iter().zip(script.refined.iter().copied());
    let mut all = Vec::with_capacity(4);
    for (component, (part, refined)) in parts.enumerate() {
        // The table is the one in effect when the component was first scanned (T.81, B.2.4.1).
        let scan = file.scans.iter().find(|scan| scan.parts.iter().any(|part| part.component == component));
        let table = file.header.components.get(component).map_or(0, |c| c.table);
        // A component without a scan stays gray.
        let steps = scan.map_or(Ok([0; 64]), |scan| scan.tables.steps(table))?;
        all.push(Coefficients::new(layout, *part, refined, &steps)?);
    }
    for (number, (scan, _)) in file.scans.iter().zip(script.needed).filter(|(_, needed)| *needed).enumerate() {
        unless_stopped(stop)?;
        let read = match (file.header.arithmetic, file.header.progressive) {
            (true, false) => arithmetic::read_sequential(file, scan, layout, &mut all),
            (true, true) => arithmetic::read_progressive(file, scan, layout, &mut all),
            (false, _) => progressive::read_scan(file, scan, layout, &mut all),
        };
        match read {
            Ok(found) => damage.add(found),
            Err(error) if number == 0 => return Err(error),
            Err(_) => {
                damage.corrupt = true;
                break;
            }
        }
    }
    Ok(Source::Kept(all))
}

impl Rows<'_> {
    /// Iterates over the rows of a component.
    pub(super) fn of(&self, component: usize) -> impl Iterator<Item = &[u8]> {
        self.strips.get(component).into_iter().flat_map(|strip| strip.rows(self.row))
    }
}
