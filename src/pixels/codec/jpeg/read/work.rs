//! The computing that reading takes, estimated from the header of the file and the headers of its scans.

use super::layout::Layout;
use super::markers::{File, Opened};
use super::script::Script;
use super::{ReadError, Request};

/// Returns the units of computing for a read. Parses the file up to its last scan.
///
/// # Errors
/// The file is damaged before its first scan.
pub(crate) fn work(opened: &Opened<'_>, request: &Request) -> Result<u64, ReadError> {
    let file = opened.file()?;
    Ok(of_layout(file, &Layout::new(&file.header, request)))
}

/// Returns the units of computing for the requested part of a file.
pub(super) fn of_layout(file: &File<'_>, layout: &Layout) -> u64 {
    /// For each byte of entropy-coded data: about three symbols, each read once.
    const BYTE: u64 = 10;
    /// For each visit of a block by a scan, if the scan has no data for the block.
    const VISIT: u64 = 16;
    /// For a restart marker.
    const RESTART: u64 = 130;
    /// For each resulting sample: a share of the transform, and copying.
    const SAMPLE: u64 = 5;
    let visits = if file.header.keeps_coefficients() {
        Script::new(file, layout).visits
    } else {
        layout.parts.iter().map(|part| part.blocks.pixels()).sum()
    };
    // The shortest interval is assumed for all scans.
    let interval = file.scans.iter().map(|scan| scan.tables.restart).filter(|interval| *interval > 0).min();
    let restarts = interval.map_or(0, |interval| visits / u64::from(interval));
    let samples: u64 = layout.parts.iter().map(|part| part.region.size().pixels()).sum();
    let bytes = u64::try_from(file.bytes.len()).unwrap_or(u64::MAX);
    let counted = [(bytes, BYTE), (visits, VISIT), (restarts, RESTART), (samples, SAMPLE)];
    counted.iter().map(|(count, units)| count.saturating_mul(*units)).fold(0, u64::saturating_add)
}
