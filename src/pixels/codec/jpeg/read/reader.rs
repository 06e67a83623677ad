//! Reading row by row.

use super::layout::Layout;
use super::markers::{self, File};
use super::sequential::Sequential;
use super::strip::Strip;
use super::{ReadError, Request};
use crate::geometry::{Rect, Size};
use crate::limits::{LimitError, Limits};

/// A reader that gives the rows of one row of units after another.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    layout: Layout,
    strips: Vec<Strip>,
    source: Source<'a>,
    row: u32,
}

#[derive(Debug)]
enum Source<'a> {
    /// The scans, each with components of its own: they are read side by side.
    Sequential(Vec<Sequential<'a>>),
}

/// The rows of one row of units.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    strips: &'a [Strip],
    row: u32,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8], request: &Request, limits: &Limits) -> Result<Self, ReadError> {
        let file = markers::file(bytes)?;
        let layout = Layout::new(&file.header, request);
        LimitError::check("pixels", file.header.size.pixels(), limits.pixels)?;
        let strips: u64 = layout.parts.iter().map(|part| Strip::bytes(&layout, part)).sum();
        LimitError::check("bytes of memory for pixels", strips, limits.memory)?;
        let source = Self::source(&file, &layout)?;
        let strips = layout.parts.iter().map(|part| Strip::new(&layout, part)).collect::<Result<_, _>>()?;
        Ok(Self { row: layout.rows.start, strips, source, layout })
    }

    fn source(file: &File<'a>, layout: &Layout) -> Result<Source<'a>, ReadError> {
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

    /// The samples of luma that come out, in the coordinates of the whole reduced picture.
    pub(crate) const fn region(&self) -> Rect {
        self.layout.region
    }

    /// The sizes of what comes out of each component.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = Size> {
        self.layout.parts.iter().map(|part| self.layout.region_of(part).size())
    }

    /// The next rows; `None` behind the last.
    pub(crate) fn next(&mut self) -> Result<Option<Rows<'_>>, ReadError> {
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
        }
        self.row += 1;
        Ok(Some(Rows { strips: &self.strips, row }))
    }
}

impl Rows<'_> {
    /// The rows of a component.
    pub(crate) fn of(&self, component: usize) -> impl Iterator<Item = &[u8]> {
        self.strips.get(component).into_iter().flat_map(|strip| strip.rows(self.row))
    }
}
