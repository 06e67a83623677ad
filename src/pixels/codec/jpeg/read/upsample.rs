//! Decoding of whole files line by line, with every component upsampled to the size of the image.
//!
//! If a component has half the samples, the samples between are interpolated: three parts of the nearer one and one
//! part of the other. At other ratios the nearest sample is repeated. Both rules are those of libjpeg, and so is the
//! rounding (`jdsample.c`).

use super::damage::Damage;
use super::header::Header;
use super::layout::Part;
use super::markers::Opened;
use super::needs::Needs;
use super::reader::Reader;
use super::{ReadError, Request, zeros};
use crate::limits::Limits;
use crate::stop::Stop;

/// An iterator over the lines of an image.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    reader: Reader<'a>,
    components: Vec<Component>,
    header: Header,
    next: u32,
}

/// Returns the number of bytes held for the lines between two rows of units, in addition to the needs of the file
/// itself.
pub(crate) fn lines_need(header: &Header) -> u64 {
    let rows = header.components.iter().map(|component| 8 * u64::from(component.down) + ROWS_MORE);
    rows.sum::<u64>() * (u64::from(header.size.width) + 8)
}

/// The rows of a component that wait for those of the next units, and the memory for interpolation, counted in rows.
const ROWS_MORE: u64 = 6;

impl<'a> Lines<'a> {
    pub(crate) fn new(
        opened: &Opened<'a>,
        limits: &Limits,
        stop: &Stop,
        bytes_for: impl FnOnce(&Header, &Needs) -> u64,
    ) -> Result<Self, ReadError> {
        let reader = Reader::new(opened, &Request::WHOLE, limits, stop, bytes_for)?;
        let header = opened.header.clone();
        let parts = reader.parts().iter();
        let components = parts.map(|part| Component::new(part, &header)).collect::<Result<_, _>>()?;
        Ok(Self { reader, components, header, next: 0 })
    }

    pub(crate) const fn header(&self) -> &Header {
        &self.header
    }

    /// Returns the damage found so far.
    pub(crate) fn damage(&self) -> Damage {
        self.reader.damage()
    }

    /// Decodes the next line. Returns `false` after the last.
    pub(crate) fn advance(&mut self) -> bool {
        if self.next >= self.header.size.height {
            return false;
        }
        while self.components.iter().any(|component| !component.has(self.next)) {
            let Some(rows) = self.reader.next() else { return false };
            for (number, component) in self.components.iter_mut().enumerate() {
                component.take(self.next, rows.of(number));
            }
        }
        self.components.iter_mut().for_each(|component| component.make(self.next));
        self.next += 1;
        true
    }

    /// Returns a component's samples of the current line.
    pub(crate) fn of(&self, component: usize) -> &[u8] {
        let (line, wide) = (self.next.saturating_sub(1), self.header.size.width as usize);
        // The last sample of an odd side reaches beyond the image.
        self.components.get(component).and_then(|component| component.line(line).get(..wide)).unwrap_or_default()
    }
}

/// The rows of a component that are still needed.
#[derive(Debug)]
struct Component {
    width: usize,
    height: u32,
    across: Ratio,
    down: Ratio,
    rows: Vec<u8>,
    /// The number of the first row in `rows`.
    first: u32,
    line: Vec<u8>,
    /// Weighted sums of two rows.
    sums: Vec<u16>,
}

/// A ratio of a number of samples to a number of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ratio(u32, u32);

impl Ratio {
    const fn is_whole(self) -> bool {
        self.0 == self.1
    }

    const fn is_half(self) -> bool {
        2 * self.0 == self.1
    }

    /// Returns the sample that covers a pixel.
    const fn at(self, pixel: u32) -> u32 {
        pixel * self.0 / self.1
    }
}

impl Component {
    fn new(part: &Part, header: &Header) -> Result<Self, ReadError> {
        let (across, down) = header.unit();
        let (width, wide) = (part.region.width, header.size.width);
        let (across, down) = (Ratio(part.across, across.into()), Ratio(part.down, down.into()));
        Ok(Self {
            width: width as usize,
            height: part.region.height,
            across,
            down,
            rows: super::reserve(u64::from(width) * u64::from(8 * part.down + 3))?,
            first: 0,
            line: zeros(if across.is_whole() && down.is_whole() { 0 } else { 2 * u64::from(width).max(wide.into()) })?,
            sums: zeros(width.into())?,
        })
    }

    /// Returns `true` if the component is interpolated. Interpolation needs three samples, and applies to these ratios
    /// only.
    const fn is_smooth(&self) -> bool {
        match (self.across.is_whole(), self.down.is_whole()) {
            (true, _) => self.down.is_half(),
            (false, whole) => self.across.is_half() && (whole || self.down.is_half()) && self.width > 2,
        }
    }

    /// Returns the row that covers a line, and the other row near it.
    fn near(&self, line: u32) -> (u32, u32) {
        let last = self.height.saturating_sub(1);
        let near = self.down.at(line).min(last);
        let other = match (self.is_smooth() && self.down.is_half(), line % 2) {
            (false, _) => near,
            (true, 0) => near.saturating_sub(1),
            (true, _) => (near + 1).min(last),
        };
        (near, other)
    }

    fn has(&self, line: u32) -> bool {
        let (near, other) = self.near(line);
        let end = self.first as usize + self.rows.len() / self.width.max(1);
        (near.max(other) as usize) < end
    }

    /// Takes more rows, and drops those that this line and the following ones do not need.
    fn take<'r>(&mut self, line: u32, rows: impl Iterator<Item = &'r [u8]>) {
        let (near, other) = self.near(line);
        let gone = near.min(other).saturating_sub(self.first);
        let bytes = (gone as usize * self.width).min(self.rows.len());
        self.rows.drain(..bytes);
        self.first += gone;
        rows.for_each(|row| self.rows.extend_from_slice(row));
    }

    fn row(&self, number: u32) -> &[u8] {
        let start = number.saturating_sub(self.first) as usize * self.width;
        self.rows.get(start..).and_then(|rows| rows.get(..self.width)).unwrap_or_default()
    }

    /// Returns the line that was made, or a row that needs no upsampling.
    fn line(&self, line: u32) -> &[u8] {
        if self.across.is_whole() && self.down.is_whole() { self.row(line) } else { &self.line }
    }

    fn make(&mut self, line: u32) {
        if self.across.is_whole() && self.down.is_whole() {
            return;
        }
        let (near, other) = self.near(line);
        let mut made = std::mem::take(&mut self.line);
        let mut sums = std::mem::take(&mut self.sums);
        let (near, other) = (self.row(near), self.row(other));
        match (self.is_smooth(), self.across.is_half(), self.down.is_half()) {
            (true, false, _) => {
                let round = if line.is_multiple_of(2) { 1 } else { 2 };
                for (to, (near, other)) in made.iter_mut().zip(near.iter().zip(other)) {
                    *to = ((3 * u16::from(*near) + u16::from(*other) + round) >> 2) as u8;
                }
            }
            (true, true, false) => {
                sums.iter_mut().zip(near).for_each(|(sum, near)| *sum = u16::from(*near));
                double::<2>(&sums, [1, 2], [0, 0], &mut made);
            }
            (true, true, true) => {
                for (sum, (near, other)) in sums.iter_mut().zip(near.iter().zip(other)) {
                    *sum = 3 * u16::from(*near) + u16::from(*other);
                }
                double::<4>(&sums, [8, 7], [8, 7], &mut made);
            }
            (false, ..) => {
                for (x, to) in (0..).zip(made.iter_mut()) {
                    *to = near.get(self.across.at(x) as usize).copied().unwrap_or_default();
                }
            }
        }
        (self.line, self.sums) = (made, sums);
    }
}

/// Makes two samples from each input sample: three parts of the sample itself and one part of the neighbour on that
/// side, if there is one. The sums have `BITS` bits of fraction. They are rounded by adding `left` and `right` to the
/// left and the right sample; `first` and `last` apply at the ends.
fn double<const BITS: u32>(sums: &[u16], [left, right]: [u16; 2], [first, last]: [u16; 2], to: &mut [u8]) {
    // Both samples are stored as one number, so that compilers generate vector code.
    let pair = |left: u16, right: u16| (left >> BITS | right >> BITS << 8).to_le_bytes();
    let (pairs, _) = to.as_chunks_mut::<2>();
    let ([begin, second, ..], [.., third, end]) = (sums, sums) else { return };
    if let Some(to) = pairs.first_mut() {
        *to = pair(4 * begin + first, 3 * begin + second + right);
    }
    if let Some(to) = pairs.get_mut(sums.len() - 1) {
        *to = pair(3 * end + third + left, 4 * end + last);
    }
    let (middle, next) = (sums.get(1..).unwrap_or_default(), sums.get(2..).unwrap_or_default());
    let to = pairs.get_mut(1..).unwrap_or_default();
    for (to, ((before, own), next)) in to.iter_mut().zip(sums.iter().zip(middle).zip(next)) {
        *to = pair(3 * own + before + left, 3 * own + next + right);
    }
}
