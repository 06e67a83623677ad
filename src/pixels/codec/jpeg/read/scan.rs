//! Scan headers (T.81, B.2.3).

use super::header::Header;
use super::tables::Tables;
use super::{Damaged, ReadError};

/// A scan, with the tables in effect at its start.
#[derive(Debug, Clone)]
pub(super) struct Scan<'a> {
    pub(super) parts: Vec<Part>,
    /// The first and the last coefficient, in zigzag order.
    pub(super) band: (u8, u8),
    /// The number of low bits that earlier scans left to later ones; 0 in a first scan.
    pub(super) high: u8,
    /// The number of low bits that this scan leaves to later ones.
    pub(super) low: u8,
    pub(super) tables: Tables<'a>,
    /// The position of its entropy-coded data.
    pub(super) data: usize,
}

/// A component of a scan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// The index of the component in the frame.
    pub(super) component: usize,
    pub(super) dc: u8,
    pub(super) ac: u8,
}

impl<'a> Scan<'a> {
    pub(super) fn read(payload: &[u8], header: &Header, tables: Tables<'a>, data: usize) -> Result<Self, ReadError> {
        let short = Damaged("a scan header cut short");
        let (count, rest) = payload.split_first().ok_or(short)?;
        let (selectors, rest) = rest.split_at_checked(2 * usize::from(*count)).ok_or(short)?;
        let &[first, last, bits] = rest.first_chunk().ok_or(short)?;
        let mut parts: Vec<Part> = Vec::with_capacity(header.components.len());
        for &[id, numbers] in selectors.as_chunks().0 {
            // Components with the same identifier are taken in order.
            let free = |at: &usize| parts.iter().all(|part| part.component != *at);
            let mut named = (0..).zip(&header.components).filter(|(_, c)| c.id == id).map(|(at, _)| at);
            let component = named.find(free).ok_or(Damaged("a scan of an unknown component"))?;
            parts.push(Part { component, dc: numbers >> 4, ac: numbers & 15 });
        }
        let blocks = parts.iter().filter_map(|part| header.components.get(part.component));
        let blocks: u8 = blocks.map(|component| component.across * component.down).sum();
        if parts.len() > 1 && blocks > MOST_BLOCKS {
            return Err(Damaged("more blocks in a unit than allowed"));
        }
        let (high, low) = (bits >> 4, bits & 15);
        let fits = if header.progressive {
            let of_dc = first == 0 && last == 0;
            let of_ac = first > 0 && first <= last && last < 64 && parts.len() == 1;
            // A refinement scan adds one bit.
            (of_dc || of_ac) && low <= 13 && (high == 0 || high == low + 1)
        } else {
            // These fields have fixed values, but some files have others. Nothing depends on them.
            true
        };
        if parts.is_empty() || !fits {
            return Err(Damaged("a scan of nothing"));
        }
        Ok(Self { parts, band: (first, last), high, low, tables, data })
    }

    /// Returns the coefficients of a progressive scan as a mask, by number in zigzag order.
    pub(super) fn coefficients(&self) -> u64 {
        let (first, last) = self.band;
        (u64::MAX >> (63 - (last & 63))) & (u64::MAX << (first & 63))
    }
}

/// The maximum number of blocks in a minimum coded unit.
const MOST_BLOCKS: u8 = 10;
