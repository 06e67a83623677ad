//! The scans of a progressive file: which of them have to be read.

use super::layout::Layout;
use super::markers::{File, Scan};
use super::{Damaged, ReadError, Unusual};

/// What of a file's scans is needed for a picture.
#[derive(Debug)]
pub(super) struct Script {
    /// For each scan, if it is to be read.
    pub(super) needed: Vec<bool>,
    /// For each component, if a scan that is read refines coefficients other than the first.
    pub(super) refined: Vec<bool>,
}

impl Script {
    /// Goes through the scans from the last to the first: a scan is needed for coefficients that are
    /// wanted, and for those that a later needed one has to know of.
    pub(super) fn new(file: &File<'_>, layout: &Layout) -> Result<Self, ReadError> {
        check(file)?;
        let mut wanted: Vec<u64> = layout.parts.iter().map(|part| 1 | part.wanted()).collect();
        let mut script = Self { needed: vec![false; file.scans.len()], refined: vec![false; wanted.len()] };
        let mut visits = 0;
        for (scan, needed) in file.scans.iter().zip(&mut script.needed).rev() {
            let band = scan.coefficients();
            for part in &scan.parts {
                let (Some(wanted), Some(refined)) =
                    (wanted.get_mut(part.component), script.refined.get_mut(part.component))
                else {
                    continue;
                };
                if *wanted & band == 0 {
                    continue;
                }
                *needed = true;
                if scan.high > 0 && scan.band.0 > 0 {
                    *wanted |= band;
                    *refined = true;
                }
            }
            if *needed {
                visits += scan
                    .parts
                    .iter()
                    .filter_map(|p| layout.parts.get(p.component))
                    .map(|p| p.blocks.pixels())
                    .sum::<u64>();
            }
        }
        if visits > MOST_VISITS { Err(Unusual("more work than a picture needs")) } else { Ok(script) }
    }
}

/// Blocks visited by all scans together. A scan of a few bytes may claim to say something about every
/// block; the usual ten scans of the largest picture allowed come to a tenth of this.
const MOST_VISITS: u64 = 1 << 28;

/// Passes scans that build on each other: every bit of a coefficient once, from the highest.
fn check(file: &File<'_>) -> Result<(), ReadError> {
    /// Which bit comes next where nothing was said yet.
    const NONE: u8 = u8::MAX;
    let mut lows = vec![[NONE; 64]; file.header.components.len()];
    for scan in &file.scans {
        let (first, last) = scan.band;
        for part in &scan.parts {
            let Some(lows) = lows.get_mut(part.component) else { continue };
            let before = if scan.high == 0 { NONE } else { scan.high };
            for low in lows.iter_mut().take(usize::from(last) + 1).skip(usize::from(first)) {
                if *low != before {
                    return Err(Unusual("scans that do not build on each other"));
                }
                *low = scan.low;
            }
        }
    }
    if lows.iter().any(|[dc, ..]| *dc == NONE) { Err(Damaged("a component without a scan")) } else { Ok(()) }
}

impl Scan<'_> {
    /// Its coefficients as bits.
    fn coefficients(&self) -> u64 {
        let (first, last) = self.band;
        (u64::MAX >> (63 - (last & 63))) & (u64::MAX << (first & 63))
    }
}
