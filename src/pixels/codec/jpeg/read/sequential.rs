//! Decoding of a sequential scan, unit by unit.

use std::ops::Range;

use super::bits::{Bits, Data, Restart, Unit, Window};
use super::block::{Block, Step, Steps, Stop, read_ac, read_beyond, skip_ac};
use super::damage::Damage;
use super::huffman::{Skips, Symbols, Values};
use super::layout::Layout;
use super::markers::File;
use super::scan::Scan;
use super::strip::Strip;
use super::{Damaged, ReadError, idct, layout};

/// A reader of one scan, a row of units at a time.
#[derive(Debug)]
pub(super) struct Sequential<'a> {
    bits: Bits<'a>,
    parts: Vec<Part>,
    /// The blocks of a unit.
    unit: Vec<Place>,
    restart: Restart,
}

/// The last coefficient, in zigzag order, of a block reduced to 5 samples each way.
const LONG: usize = 40;

/// A block in a unit: its component and its position.
#[derive(Debug, Clone, Copy)]
struct Place {
    part: usize,
    x: u32,
    y: u32,
}

/// A component of the scan.
#[derive(Debug)]
struct Part {
    component: usize,
    differences: Symbols,
    values: Values,
    skips: Option<Skips>,
    steps: Steps,
    shape: layout::Part,
    /// The last requested coefficient.
    last: usize,
    reduce: idct::Reduce,
    /// The previous DC coefficient.
    dc: i32,
}

impl<'a> Sequential<'a> {
    pub(super) fn new(file: &File<'a>, scan: &Scan<'a>, layout: &Layout) -> Result<Self, ReadError> {
        let whole = layout.columns == (0..layout.units.width) && layout.rows.start == 0;
        let mut parts = Vec::with_capacity(scan.parts.len());
        for part in &scan.parts {
            let shape = *layout.parts.get(part.component).ok_or(Damaged("a component without a place"))?;
            let table = file.header.components.get(part.component).map_or(0, |c| c.table);
            let codes = scan.tables.ac(part.ac)?;
            let values = Values::new(codes)?;
            let last = match shape.last() {
                // So few coefficients are left that reading them is cheaper than switching to skipping.
                LONG.. => 63,
                last => last,
            };
            parts.push(Part {
                component: part.component,
                differences: Symbols::of_dc(scan.tables.dc(part.dc)?)?,
                skips: (last < 63 || !whole).then(|| Skips::new(codes)),
                values,
                steps: steps(&shape, &scan.tables.steps(table)?),
                shape,
                last,
                reduce: idct::reduce_to(shape.wide, shape.high),
                dc: 0,
            });
        }
        let unit = match parts.as_slice() {
            [_] => vec![Place { part: 0, x: 0, y: 0 }],
            _ => parts.iter().enumerate().flat_map(|(part, of)| of.shape.unit(part)).collect(),
        };
        let restart = Restart::new(scan.tables.restart);
        Ok(Self { bits: Bits::new(file.bytes, scan.data), parts, unit, restart })
    }

    /// Returns the number of bytes held.
    #[cfg(test)]
    pub(super) fn taken(&self) -> u64 {
        use super::huffman::{Skip, Value};
        let symbols = size_of::<Symbols>() + (2 << 9) + 256;
        let table = size_of::<Part>() + 2 * symbols + (size_of::<Value>() << Value::BITS) + (2 << Skip::BITS);
        (self.parts.capacity() * table + self.unit.capacity() * size_of::<Place>() + size_of::<Data>()) as u64
    }

    /// Reads a row of units into the strips of all components, or skips it if `strips` is `None`.
    pub(super) fn read_row(&mut self, layout: &Layout, row: u32, mut strips: Option<&mut [Strip]>) {
        let [only] = self.parts.as_slice() else {
            return self.read_line(layout.units.width, &layout.columns, 0, strips);
        };
        // In a scan that is not interleaved, units are single blocks, without padding to whole units.
        let shape = only.shape;
        let columns = layout.columns.start * shape.across..layout.columns.end * shape.across;
        for y in 0..shape.down {
            if row * shape.down + y < shape.blocks.height {
                self.read_line(shape.blocks.width, &columns, y, strips.as_deref_mut());
            }
        }
    }

    /// Reads `units` units, and keeps those in `columns`.
    fn read_line(&mut self, units: u32, columns: &Range<u32>, top: u32, mut strips: Option<&mut [Strip]>) {
        let Self { bits, parts, unit, restart } = self;
        let mut block: Block = [0; 128];
        for column in 0..units {
            let wanted = columns.contains(&column);
            match restart.before_unit(bits) {
                Unit::Next => {}
                Unit::Anew => parts.iter_mut().for_each(|part| part.dc = 0),
                Unit::Missing => {
                    if let Some(strips) = strips.as_deref_mut().filter(|_| wanted) {
                        gray(parts, unit, column - columns.start, top, strips);
                    }
                    continue;
                }
            }
            let (data, mut window) = bits.parts();
            for place in unit.iter() {
                let Some(part) = parts.get_mut(place.part) else { continue };
                window.refill(data);
                part.dc = part.dc.wrapping_add(part.differences.read_difference(&mut window));
                let strip = strips.as_deref_mut().filter(|_| wanted).and_then(|all| all.get_mut(part.component));
                let Some(strip) = strip else {
                    part.pass(&mut window, data, 0);
                    continue;
                };
                let number = if unit.len() == 1 {
                    column - columns.start
                } else {
                    (column - columns.start) * part.shape.across + place.x
                };
                let target = strip.at(number * part.shape.wide, (top + place.y) * part.shape.high);
                part.read(&mut window, data, &mut block, target);
            }
            bits.window = window;
        }
    }

    /// Checks after the last row that the data was complete.
    pub(super) fn finish(&mut self) {
        self.bits.finish();
    }

    /// Returns the damage found so far.
    pub(super) fn damage(&self) -> Damage {
        let failed = |part: &Part| part.differences.failed.get() || part.values.symbols.failed.get();
        let mut damage = self.bits.damage;
        damage.corrupt |= self.parts.iter().any(failed);
        damage
    }
}

impl Part {
    /// Skips the AC coefficients of a block after number `at`.
    #[inline(always)]
    fn pass(&self, window: &mut Window, data: &Data, at: usize) {
        // The table exists whenever there is something to skip.
        if let Some(skips) = &self.skips {
            skip_ac(window, data, &self.values.symbols, skips, at);
        }
    }

    /// Reads the AC coefficients of a block and computes its samples.
    #[inline(always)]
    fn read(&self, window: &mut Window, data: &Data, block: &mut Block, (samples, stride): (&mut [u8], usize)) {
        let [Step { step, .. }, ..] = self.steps;
        let dc = self.dc.wrapping_mul(i32::from(step)) as i16;
        if self.last == 0 {
            self.pass(window, data, 0);
            if let Some(sample) = samples.first_mut() {
                *sample = idct::mean(dc);
            }
            return;
        }
        if let Some(kept) = block.first_chunk_mut() {
            *kept = [0_i16; 64];
        }
        let mut met = 0;
        let mut put = |at: usize, value: i16| {
            if let Some(step) = self.steps.get(at & 127) {
                met |= step.place;
                if let Some(slot) = block.get_mut(usize::from(step.place & 127)) {
                    *slot = value.wrapping_mul(step.step);
                }
            }
        };
        if let Stop::At(at @ ..63) = read_ac(window, data, &self.values, 0, (self.last, 63), &mut put) {
            if self.last < 63 {
                self.pass(window, data, at);
            } else {
                let (after, place, value) = read_beyond(*window, data, &self.values.symbols, at);
                *window = after;
                put(place, value);
            }
        }
        let [first, ..] = block;
        *first = dc;
        (self.reduce)(block, met & 63, samples, stride);
    }
}

/// Fills the samples of a unit without data.
#[cold]
fn gray(parts: &[Part], unit: &[Place], column: u32, top: u32, strips: &mut [Strip]) {
    for place in unit {
        let Some(part) = parts.get(place.part) else { continue };
        let Some(strip) = strips.get_mut(part.component) else { continue };
        let number = if unit.len() == 1 { column } else { column * part.shape.across + place.x };
        let (samples, stride) = strip.at(number * part.shape.wide, (top + place.y) * part.shape.high);
        (part.reduce)(&[0; 128], 0, samples, stride);
    }
}

impl layout::Part {
    fn unit(self, part: usize) -> impl Iterator<Item = Place> {
        (0..self.down).flat_map(move |y| (0..self.across).map(move |x| Place { part, x, y }))
    }
}

fn steps(shape: &layout::Part, steps: &[u16; 64]) -> Steps {
    let mut all = [Step::NONE; 128];
    for ((to, place), step) in all.iter_mut().zip(shape.places()).zip(steps) {
        if let Some(place) = place {
            *to = Step { place, step: *step as i16 };
        }
    }
    all
}
