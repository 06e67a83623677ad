//! The memory that reading takes, computed from the header alone.

use super::Request;
use super::coefficients::Coefficients;
use super::header::Header;
use super::layout::Layout;
use super::strip::Strip;
use crate::geometry::Size;

/// The resulting planes, and an upper bound of the memory for making them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Needs {
    /// The sizes of the planes, one for each component.
    pub(crate) planes: Vec<Size>,
    /// The number of bytes held while the file is read and released afterwards. Does not include the planes.
    pub(crate) bytes: u64,
}

/// Returns the memory that reading a file with this header takes.
pub(crate) fn needs(header: &Header, request: &Request) -> Needs {
    Needs::of(&Layout::new(header, request), header)
}

impl Needs {
    pub(super) fn of(layout: &Layout, header: &Header) -> Self {
        let parts = layout.parts.iter();
        let bytes = parts
            .clone()
            .map(|part| {
                // The scans are not known yet. The usual ones refine all coefficients that can be refined.
                let refined = part.last() > 0 && header.progressive;
                let kept = header.keeps_coefficients();
                let coefficients = if kept { Coefficients::bytes(layout, part, refined) } else { 0 };
                Strip::bytes(layout, part) + coefficients
            })
            .sum::<u64>();
        Self { planes: parts.map(|part| part.region.size()).collect(), bytes: bytes + TABLES }
    }

    /// Returns the total number of bytes, including the planes.
    pub(crate) fn total(&self) -> u64 {
        self.planes.iter().map(|size| size.pixels()).sum::<u64>() + self.bytes
    }
}

/// An upper bound for the tables of four scans that are read side by side, a piece of the data of each, and the
/// temporary memory for building a table.
pub(super) const TABLES: u64 = 256 * 1024;
