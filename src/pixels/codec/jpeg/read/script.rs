//! The selection of the scans of a progressive file that have to be read.

use super::layout::Layout;
use super::markers::File;

/// The scans of a file that are needed for an image.
#[derive(Debug)]
pub(super) struct Script {
    /// For each scan, whether it has to be read.
    pub(super) needed: Vec<bool>,
    /// For each component, whether a scan that is read refines AC coefficients.
    pub(super) refined: Vec<bool>,
    /// The number of blocks visited by all scans together. A scan of a few bytes may cover every block.
    pub(super) visits: u64,
}

impl Script {
    /// Selects scans from the last to the first. A scan is needed if it holds requested coefficients, or coefficients
    /// that a later needed scan depends on.
    pub(super) fn new(file: &File<'_>, layout: &Layout) -> Self {
        let mut wanted: Vec<u64> = layout.parts.iter().map(|part| 1 | part.wanted()).collect();
        let mut script = Self { needed: vec![false; file.scans.len()], refined: vec![false; wanted.len()], visits: 0 };
        if let Some(last) = file.scans.last().filter(|_| file.open) {
            // Only reading the last scan shows whether it is complete.
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
