//! The scans of a progressive file: which of them have to be read.

use super::layout::Layout;
use super::markers::File;

/// The scans of a file that are needed for an image.
#[derive(Debug)]
pub(super) struct Script {
    /// For each scan, if it is to be read.
    pub(super) needed: Vec<bool>,
    /// For each component, if a scan that is read refines coefficients other than the first.
    pub(super) refined: Vec<bool>,
    /// Blocks visited by all scans together: one of a few bytes may claim to say something about every block.
    pub(super) visits: u64,
}

impl Script {
    /// Goes through the scans from the last to the first: a scan is needed for coefficients that are
    /// wanted, and for those that a later needed one has to know of.
    pub(super) fn new(file: &File<'_>, layout: &Layout) -> Self {
        let mut wanted: Vec<u64> = layout.parts.iter().map(|part| 1 | part.wanted()).collect();
        let mut script = Self { needed: vec![false; file.scans.len()], refined: vec![false; wanted.len()], visits: 0 };
        if let Some(last) = file.scans.last().filter(|_| file.open) {
            // Only reading it shows if it is whole.
            for part in &last.parts {
                if let Some(wanted) = wanted.get_mut(part.component) {
                    *wanted |= last.coefficients();
                }
            }
        }
        for (scan, needed) in file.scans.iter().zip(&mut script.needed).rev() {
            let band = if file.header.progressive { scan.coefficients() } else { u64::MAX };
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
                script.visits += scan
                    .parts
                    .iter()
                    .filter_map(|p| layout.parts.get(p.component))
                    .map(|p| p.blocks.pixels())
                    .sum::<u64>();
            }
        }
        script
    }
}
