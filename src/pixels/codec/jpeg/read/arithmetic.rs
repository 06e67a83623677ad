//! Arithmetic-coded scans (T.81, F.2.4 and G.2), sequential and progressive.

use super::bits::interval;
use super::coefficients::{Coefficients, Kept};
use super::damage::Damage;
use super::layout::Layout;
use super::markers::{EOI, File, first_marker};
use super::probability::{Bin, Decisions, EVEN};
use super::scan::Scan;
use super::units::{Place, Units};
use super::{Damaged, ReadError};

/// Reads a sequential scan, which has all coefficients of its components.
pub(super) fn read_sequential(
    file: &File<'_>,
    scan: &Scan<'_>,
    layout: &Layout,
    all: &mut [Coefficients],
) -> Result<Damage, ReadError> {
    Reading::new(file, scan, 0)?.units(layout, all, |reading, place, mut kept, _| {
        let dc = reading.dc(place.part)?;
        if let Some(slot) = kept.at(0) {
            *slot = dc as i16;
        }
        reading.first_ac(place.part, (1, 63), &mut kept, &mut 0)
    })
}

/// Reads a progressive scan, which has a band of coefficients or some of their bits.
pub(super) fn read_progressive(
    file: &File<'_>,
    scan: &Scan<'_>,
    layout: &Layout,
    all: &mut [Coefficients],
) -> Result<Damage, ReadError> {
    let band = (usize::from(scan.band.0), usize::from(scan.band.1 & 63));
    let reading = Reading::new(file, scan, scan.low)?;
    match (band.0, scan.high) {
        (0, 0) => reading.units(layout, all, |reading, place, mut kept, _| {
            let dc = reading.dc(place.part)?;
            if let Some(slot) = kept.at(0) {
                *slot = (dc << reading.low) as i16;
            }
            Some(())
        }),
        (0, _) => reading.units(layout, all, |reading, _, mut kept, _| {
            let bit = i16::from(reading.even());
            if let Some(slot) = kept.at(0) {
                *slot |= bit << reading.low;
            }
            Some(())
        }),
        (_, 0) => reading.units(layout, all, |reading, _, mut kept, known| reading.first_ac(0, band, &mut kept, known)),
        _ => reading.units(layout, all, |reading, _, mut kept, known| reading.refine_ac(band, &mut kept, known)),
    }
}

/// The state of a scan while it is being read.
struct Reading<'a> {
    source: &'a [u8],
    scan: &'a Scan<'a>,
    /// The number of low bits that are left to later scans.
    low: u8,
    decisions: Decisions<'a>,
    /// The statistics bins, indexed by table number.
    dc: [[Bin; 64]; 4],
    ac: [[Bin; 256]; 4],
    /// For each component of the scan: the previous DC coefficient, and the bin with which the next difference starts.
    before: Vec<(i32, usize)>,
    damage: Damage,
}

impl<'a> Reading<'a> {
    fn new(file: &File<'a>, scan: &'a Scan<'a>, low: u8) -> Result<Self, ReadError> {
        if scan.parts.iter().any(|part| part.dc > 3 || part.ac > 3) {
            return Err(Damaged("too many tables"));
        }
        Ok(Self {
            source: file.bytes,
            scan,
            low,
            decisions: Decisions::new(file.bytes, scan.data),
            dc: [[0; 64]; 4],
            ac: [[0; 256]; 4],
            before: vec![(0, 0); scan.parts.len()],
            damage: Damage::default(),
        })
    }

    /// Reads all units. `read` decodes a block into its kept coefficients and a mask of the coefficients known not to
    /// be zero. After an invalid block nothing is read until the next restart marker.
    fn units(
        mut self,
        layout: &Layout,
        all: &mut [Coefficients],
        mut read: impl FnMut(&mut Self, Place, Kept<'_>, &mut u64) -> Option<()>,
    ) -> Result<Damage, ReadError> {
        let units = Units::new(self.scan, layout)?;
        let interval = self.scan.tables.restart;
        let (mut left, mut number, mut lost) = (interval, 0, false);
        for (row, column) in (0..units.high).flat_map(|row| (0..units.wide).map(move |column| (row, column))) {
            if interval > 0 && left == 0 {
                self.restart(number);
                (left, number, lost) = (interval, (number + 1) & 7, false);
            }
            left = left.wrapping_sub(1);
            for place in units.blocks(column, row) {
                let Some(coefficients) = all.get_mut(place.component).filter(|_| !lost) else { continue };
                let (kept, known) =
                    if place.real { coefficients.block(place.column, place.row) } else { (Kept::none(), None) };
                if read(&mut self, place, kept, known.unwrap_or(&mut 0)).is_none() {
                    (lost, self.damage.corrupt) = (true, true);
                }
            }
        }
        self.note_end();
        Ok(self.damage)
    }

    fn restart(&mut self, number: u8) {
        self.note_end();
        let found = first_marker(self.source, self.decisions.at).map(|(marker, _)| marker);
        self.damage.corrupt |= found.is_some_and(|marker| marker != EOI && marker != 0xD0 | number);
        self.decisions = Decisions::new(self.source, interval(self.source, self.decisions.at, number).0);
        (self.dc, self.ac) = ([[0; 64]; 4], [[0; 256]; 4]);
        self.before.fill((0, 0));
    }

    /// Checks whether more was read than the data holds. Encoders may omit zeros at the end of the data.
    fn note_end(&mut self) {
        const ZEROS: usize = 16;
        if self.decisions.beyond > ZEROS {
            let marker = first_marker(self.source, self.decisions.at).map(|(marker, _)| marker);
            let cut_short = marker.is_none_or(|marker| marker == EOI);
            self.damage.add(Damage { cut_short, corrupt: !cut_short });
        }
    }

    /// Reads the next DC coefficient of a component of the scan. Returns `None` if it is invalid.
    fn dc(&mut self, part: usize) -> Option<i32> {
        let table = usize::from(self.scan.parts.get(part)?.dc);
        let bounds = *self.scan.tables.dc_bounds.get(table)?;
        let bins = self.dc.get_mut(table)?;
        let (before, context) = self.before.get_mut(part)?;
        let decisions = &mut self.decisions;
        if !decide(decisions, bins, *context) {
            *context = 0;
            return Some(*before);
        }
        let negative = decide(decisions, bins, *context + 1);
        let mut bin = *context + 2 + usize::from(negative);
        let mut size = i32::from(decide(decisions, bins, bin));
        if size > 0 {
            bin = 20;
            (size, bin) = magnitude(decisions, bins, size, bin)?;
        }
        // The size of this difference selects the context of the next.
        let small = (1 << (bounds & 15)) >> 1;
        let large = (1 << (bounds >> 4)) >> 1;
        *context = match size {
            _ if size < small => 0,
            _ if size > large => 12 + 4 * usize::from(negative),
            _ => 4 + 4 * usize::from(negative),
        };
        let difference = value(decisions, bins, size, bin);
        *before = before.wrapping_add(if negative { -difference } else { difference });
        Some(*before)
    }

    /// Reads the coefficients of a band of a component in its first scan.
    fn first_ac(
        &mut self,
        part: usize,
        (first, last): (usize, usize),
        kept: &mut Kept<'_>,
        known: &mut u64,
    ) -> Option<()> {
        let table = usize::from(self.scan.parts.get(part)?.ac);
        let low = self.low;
        let low_end = usize::from(*self.scan.tables.ac_bound.get(table)?);
        let (decisions, bins) = (&mut self.decisions, self.ac.get_mut(table)?);
        let mut number = first;
        while number <= last {
            // End of block.
            if decide(decisions, bins, 3 * (number - 1)) {
                break;
            }
            while !decide(decisions, bins, 3 * (number - 1) + 1) {
                number += 1;
                if number > last {
                    return None;
                }
            }
            let negative = decisions.next(&mut { EVEN });
            let mut bin = 3 * (number - 1) + 2;
            let mut size = i32::from(decide(decisions, bins, bin));
            if size > 0 && decide(decisions, bins, bin) {
                bin = if number <= low_end { 189 } else { 217 };
                (size, bin) = magnitude(decisions, bins, 2 * size, bin)?;
            }
            let size = value(decisions, bins, size, bin);
            *known |= 1 << number;
            if let Some(slot) = kept.at(number) {
                *slot = ((if negative { -size } else { size }) << low) as i16;
            }
            number += 1;
        }
        Some(())
    }

    /// Reads one more bit for each coefficient of a band.
    fn refine_ac(&mut self, (first, last): (usize, usize), kept: &mut Kept<'_>, known: &mut u64) -> Option<()> {
        let table = usize::from(self.scan.parts.first()?.ac);
        let (decisions, bins) = (&mut self.decisions, self.ac.get_mut(table)?);
        let one = 1_i16 << self.low;
        let before = *known & (u64::MAX >> (63 - last));
        // A block cannot end before its last known coefficient.
        let least = 63 - (before | 1).leading_zeros() as usize;
        let mut number = first;
        while number <= last {
            if number > least && decide(decisions, bins, 3 * (number - 1)) {
                break;
            }
            loop {
                let bin = 3 * (number - 1);
                if before >> number & 1 == 1 {
                    let more = decide(decisions, bins, bin + 2);
                    if let Some(slot) = kept.at(number).filter(|_| more) {
                        *slot = slot.wrapping_add(if *slot < 0 { -one } else { one });
                    }
                    break;
                }
                if decide(decisions, bins, bin + 1) {
                    let negative = decisions.next(&mut { EVEN });
                    *known |= 1 << number;
                    if let Some(slot) = kept.at(number) {
                        *slot = if negative { -one } else { one };
                    }
                    break;
                }
                number += 1;
                if number > last {
                    return None;
                }
            }
            number += 1;
        }
        Some(())
    }

    fn even(&mut self) -> bool {
        self.decisions.next(&mut { EVEN })
    }
}

fn decide(decisions: &mut Decisions<'_>, bins: &mut [Bin], at: usize) -> bool {
    // The indices that occur are below 64 for DC and 256 for AC.
    bins.get_mut(at).is_some_and(|bin| decisions.next(bin))
}

/// Decodes the highest bit of a number. Returns it with the bin in which it was decided, or `None` for numbers of more
/// than 15 bits.
fn magnitude(decisions: &mut Decisions<'_>, bins: &mut [Bin], mut size: i32, mut bin: usize) -> Option<(i32, usize)> {
    while decide(decisions, bins, bin) {
        size <<= 1;
        if size == 0x8000 {
            return None;
        }
        bin += 1;
    }
    Some((size, bin))
}

/// Decodes the bits below the highest one, and adds one.
fn value(decisions: &mut Decisions<'_>, bins: &mut [Bin], highest: i32, bin: usize) -> i32 {
    let mut bit = highest >> 1;
    let mut all = highest;
    while bit > 0 {
        if decide(decisions, bins, bin + 14) {
            all |= bit;
        }
        bit >>= 1;
    }
    all + 1
}
