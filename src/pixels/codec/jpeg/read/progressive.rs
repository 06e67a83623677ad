//! Progressive scans (T.81, annex G).

use super::bits::{Bits, Data, Restart, Unit, Window};
use super::block::{Stop, read_ac, read_beyond};
use super::coefficients::{Coefficients, Kept};
use super::damage::Damage;
use super::huffman::{Symbols, Values};
use super::layout::Layout;
use super::markers::File;
use super::scan::Scan;
use super::units::Units;
use super::{Damaged, ReadError};

/// Reads one scan.
pub(super) fn read_scan(
    file: &File<'_>,
    scan: &Scan<'_>,
    layout: &Layout,
    all: &mut [Coefficients],
) -> Result<Damage, ReadError> {
    let mut reading = Reading {
        bits: Bits::new(file.bytes, scan.data),
        restart: Restart::new(scan.tables.restart),
        low: u32::from(scan.low),
    };
    let failed = match (scan.band.0, scan.high, scan.parts.as_slice()) {
        (0, 0, _) => reading.first_dc(scan, layout, all)?,
        (0, ..) => reading.refine_dc(scan, layout, all)?,
        (_, high, [part]) => {
            let coefficients = all.get_mut(part.component).ok_or(Damaged("a component without a place"))?;
            let codes = scan.tables.ac(part.ac)?;
            let band = (usize::from(scan.band.0), usize::from(scan.band.1 & 63));
            if high == 0 {
                let values = Values::new(codes)?;
                reading.first_ac(band, &values, coefficients);
                values.symbols.failed.get()
            } else {
                let symbols = Symbols::new(codes)?;
                reading.refine_ac(band, &symbols, coefficients);
                symbols.failed.get()
            }
        }
        _ => return Err(Damaged("a scan of several components")),
    };
    // If the last rows were not read, more than padding is left over.
    let whole = layout.rows.end == layout.units.height;
    if whole {
        reading.bits.finish();
    } else {
        reading.bits.check();
    }
    let mut damage = reading.bits.damage;
    damage.corrupt |= failed;
    Ok(damage)
}

/// The state of a scan while it is being read.
struct Reading<'a> {
    bits: Bits<'a>,
    restart: Restart,
    /// The number of low bits that are left to later scans.
    low: u32,
}

impl Reading<'_> {
    /// Reads the first scan of the DC coefficients. Returns `true` if there were invalid codes.
    fn first_dc(&mut self, scan: &Scan<'_>, layout: &Layout, all: &mut [Coefficients]) -> Result<bool, ReadError> {
        let tables = scan.parts.iter().map(|part| scan.tables.dc(part.dc).and_then(Symbols::of_dc));
        let tables = tables.collect::<Result<Vec<_>, _>>()?;
        let mut before = vec![0_i32; tables.len()];
        let low = self.low;
        self.units(scan, layout, all, &mut before, |window, index, before, value| {
            let (Some(table), Some(before)) = (tables.get(index), before.get_mut(index)) else { return };
            *before = before.wrapping_add(table.read_difference(window));
            if let Some(value) = value {
                *value = (*before << low) as i16;
            }
        })?;
        Ok(tables.iter().any(|table| table.failed.get()))
    }

    fn refine_dc(&mut self, scan: &Scan<'_>, layout: &Layout, all: &mut [Coefficients]) -> Result<bool, ReadError> {
        let low = self.low;
        self.units(scan, layout, all, &mut [], |window, _, _, value| {
            let bit = window.take(1) as i16;
            if let Some(value) = value {
                *value |= bit << low;
            }
        })?;
        Ok(false)
    }

    /// Visits all blocks of a scan of DC coefficients. `read` is given the coefficient if it is kept.
    fn units(
        &mut self,
        scan: &Scan<'_>,
        layout: &Layout,
        all: &mut [Coefficients],
        before: &mut [i32],
        mut read: impl FnMut(&mut Window, usize, &mut [i32], Option<&mut i16>),
    ) -> Result<(), ReadError> {
        let units = Units::new(scan, layout)?;
        for row in 0..units.high {
            for column in 0..units.wide {
                match self.restart.before_unit(&mut self.bits) {
                    Unit::Next => {}
                    Unit::Anew => before.fill(0),
                    Unit::Missing => continue,
                }
                let (data, mut window) = self.bits.parts();
                for place in units.blocks(column, row) {
                    let Some(coefficients) = all.get_mut(place.component) else { continue };
                    window.refill(data);
                    let mut kept = place.real.then(|| coefficients.block(place.column, place.row).0);
                    read(&mut window, place.part, before, kept.as_mut().and_then(|kept| kept.at(0)));
                }
                self.bits.window = window;
            }
        }
        Ok(())
    }

    fn first_ac(&mut self, (first, last): (usize, usize), values: &Values, coefficients: &mut Coefficients) {
        let low = self.low;
        let (wide, high) = (coefficients.part().blocks.width, coefficients.end());
        // The number of following blocks without coefficients in the band.
        let mut ended = 0_u32;
        for row in 0..high {
            for column in 0..wide {
                match self.restart.before_unit(&mut self.bits) {
                    Unit::Next => {}
                    Unit::Anew => ended = 0,
                    Unit::Missing => continue,
                }
                if ended > 0 {
                    ended -= 1;
                    continue;
                }
                let (data, mut window) = self.bits.parts();
                let (mut kept, known) = coefficients.block(column, row);
                let mut met = 0_u64;
                let mut put = |number: usize, value: i16| {
                    if number < 64 && value != 0 {
                        met |= 1 << number;
                        if let Some(slot) = kept.at(number) {
                            *slot = value << low;
                        }
                    }
                };
                match read_ac(&mut window, data, values, first - 1, (last, last), &mut put) {
                    Stop::End => {}
                    Stop::Run(bits) => {
                        window.refill(data);
                        ended = (1 << bits) - 1 + window.take(bits) as u32;
                    }
                    Stop::At(at) if at == last => {}
                    Stop::At(at) => {
                        let (after, place, value) = read_beyond(window, data, &values.symbols, at);
                        window = after;
                        put(place, value);
                    }
                }
                if let Some(known) = known {
                    *known |= met;
                }
                self.bits.window = window;
            }
        }
    }

    fn refine_ac(&mut self, (first, last): (usize, usize), symbols: &Symbols, coefficients: &mut Coefficients) {
        let low = self.low;
        let band = (u64::MAX >> (63 - last)) & (u64::MAX << first);
        let (wide, high) = (coefficients.part().blocks.width, coefficients.end());
        let mut ended = 0_u32;
        for row in 0..high {
            for column in 0..wide {
                match self.restart.before_unit(&mut self.bits) {
                    Unit::Next => {}
                    Unit::Anew => ended = 0,
                    Unit::Missing => continue,
                }
                if ended > 0 && coefficients.known(column, row) & band == 0 {
                    ended -= 1;
                    continue;
                }
                let (kept, Some(known)) = coefficients.block(column, row) else { continue };
                let (data, window) = self.bits.parts();
                let mut block = Refining { window, data, kept, known: *known & band, low };
                if ended == 0 {
                    ended = block.read(symbols, (first, last), known);
                }
                if ended > 0 {
                    ended -= 1;
                    block.correct(64);
                }
                self.bits.window = block.window;
            }
        }
    }
}

/// A block whose coefficients are refined by one bit (T.81, G.1.2.3).
struct Refining<'a> {
    window: Window,
    data: &'a Data,
    kept: Kept<'a>,
    /// The coefficients of the band that were not zero before and have not been refined yet.
    known: u64,
    low: u32,
}

impl Refining<'_> {
    /// Reads a band up to the end of the block. Returns the number of blocks that end there, or 0 if the band was
    /// filled.
    #[inline(always)]
    fn read(&mut self, symbols: &Symbols, (mut next, last): (usize, usize), new: &mut u64) -> u32 {
        while next <= last {
            self.window.refill(self.data);
            let symbol = symbols.read(&mut self.window);
            let (run, size) = (usize::from(symbol >> 4), symbol & 15);
            let value = match (run, size) {
                (15, 0) => 0,
                (_, 0) => return (1 << run) + self.window.take(run as u32) as u32,
                // A new coefficient can only have a single bit.
                (_, _) => 2 * self.window.take(1) as i16 - 1,
            };
            // The run counts only coefficients that were zero before. The one after it was zero as well.
            let place = self.correct(next + run);
            if size > 1 || (value != 0 && place > last) {
                symbols.failed.set(true);
            }
            if value != 0 {
                // Beyond the band a value is stored in the place after it; beyond the block in its last place.
                let place = place.min(last + 1).min(63);
                *new |= 1 << place;
                if let Some(slot) = self.kept.at(place) {
                    *slot = value << self.low;
                }
            }
            next = place + 1;
        }
        0
    }

    /// Reads a correction bit for each coefficient before `place` that was not zero before. Each of them moves `place`
    /// on by one. Returns the resulting place.
    #[inline(always)]
    fn correct(&mut self, mut place: usize) -> usize {
        while self.known != 0 {
            let number = self.known.trailing_zeros() as usize;
            if number > place {
                break;
            }
            if self.window.is_empty() {
                self.window.refill(self.data);
            }
            let bit = self.window.take(1) as i16;
            if let Some(slot) = self.kept.at(number) {
                // The coefficient is not zero, so this is its sign.
                let sign = *slot >> 15 | 1;
                // A repeated scan adds nothing.
                let bit = if *slot >> self.low & 1 == 0 { bit } else { 0 };
                *slot = slot.wrapping_add((bit << self.low).wrapping_mul(sign));
            }
            self.known &= self.known - 1;
            place += 1;
        }
        place
    }
}
