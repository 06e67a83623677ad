//! What reading a file takes, from its header alone.

use super::Request;
use super::coefficients::Coefficients;
use super::header::Header;
use super::layout::Layout;
use super::strip::Strip;
use crate::geometry::Size;

/// The planes that come out, and the memory that making them takes at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Needs {
    /// One for each component.
    pub(crate) planes: Vec<Size>,
    /// Bytes that are held while the file is read, and then given back: the planes do not count.
    pub(crate) bytes: u64,
}

/// The memory that reading a file with this header takes.
pub(crate) fn needs(header: &Header, request: &Request) -> Needs {
    Needs::of(&Layout::new(header, request), header)
}

impl Needs {
    pub(super) fn of(layout: &Layout, header: &Header) -> Self {
        let parts = layout.parts.iter();
        let bytes = parts
            .clone()
            .map(|part| {
                // Which scans there are is not known yet: the usual ones refine whatever can be.
                let refined = part.last() > 0 && header.progressive;
                let kept = header.keeps_coefficients();
                let coefficients = if kept { Coefficients::bytes(layout, part, refined) } else { 0 };
                Strip::bytes(layout, part) + coefficients
            })
            .sum::<u64>();
        Self { planes: parts.map(|part| part.region.size()).collect(), bytes: bytes + TABLES }
    }

    /// Bytes of everything, planes and what making them takes.
    pub(crate) fn total(&self) -> u64 {
        self.planes.iter().map(|size| size.pixels()).sum::<u64>() + self.bytes
    }
}

/// More than the tables of four scans that are read side by side, a piece of the data of each, and what building a
/// table takes on the way.
pub(super) const TABLES: u64 = 256 * 1024;
