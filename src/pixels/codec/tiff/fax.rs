//! Decoding of facsimile codes (ITU-T T.4 and T.6), row by row.

use fax::maps::{Mode, black, mode, white};
use fax::{BitReader, ByteReader, Color};

use super::layout::Fax;

/// Decodes up to `rows` rows of `width` pixels. Each row is padded to whole bytes; a bit of 1 is black. Stops early if
/// the data ends or is invalid.
pub(crate) fn decode(data: &[u8], kind: Fax, width: u32, rows: u32) -> Vec<u8> {
    /// The number of zero bytes after the data. Lookups take more bits than the last code may have.
    const BEYOND: usize = 4;
    let bytes = data.iter().copied().chain(std::iter::repeat_n(0, BEYOND)).map(Ok::<u8, std::convert::Infallible>);
    let Ok(bits) = ByteReader::new(bytes);
    let mut rest = Rows { bits, width, reference: Vec::new() };
    let mut out = Vec::new();
    for _ in 0..rows {
        let Some(changes) = rest.next(kind) else { break };
        draw(&changes, width, &mut out);
        rest.reference = changes;
    }
    out
}

struct Rows<R> {
    bits: ByteReader<R>,
    width: u32,
    /// The positions in the row above at which the colour changes.
    reference: Vec<u32>,
}

impl<R: Iterator<Item = Result<u8, std::convert::Infallible>>> Rows<R> {
    /// Returns the positions in the next row at which the colour changes. Rows start with white.
    fn next(&mut self, kind: Fax) -> Option<Vec<u32>> {
        self.bits.peek(1)?;
        match kind {
            Fax::Rows => {
                let row = self.one_dimensional();
                let fill = self.bits.bits_to_byte_boundary();
                self.bits.consume(fill).ok()?;
                row
            }
            Fax::Group3 { two_dimensional } => {
                let marked = self.end_of_line()?;
                let coded_alone = if two_dimensional && marked {
                    let tag = self.bits.peek(1)?;
                    self.bits.consume(1).ok()?;
                    tag == 1
                } else {
                    true
                };
                if coded_alone { self.one_dimensional() } else { self.two_dimensional() }
            }
            Fax::Group4 => self.two_dimensional(),
        }
    }

    /// Skips fill bits and an end-of-line code, if there is one. Returns `None` at the end of the image.
    fn end_of_line(&mut self) -> Option<bool> {
        // No code begins with more than seven zeros.
        if self.bits.peek(9)? != 0 {
            return Some(false);
        }
        while self.bits.peek(1)? == 0 {
            self.bits.consume(1).ok()?;
        }
        self.bits.consume(1).ok()?;
        // Two end-of-line codes in a row end the image.
        (self.bits.peek(12) != Some(1)).then_some(true)
    }

    fn run(&mut self, color: Color) -> Option<u32> {
        let mut sum = 0_u32;
        loop {
            let length = match color {
                Color::White => white::decode(&mut self.bits),
                Color::Black => black::decode(&mut self.bits),
            }?;
            sum = sum.checked_add(length.into())?;
            if length < 64 {
                return Some(sum);
            }
        }
    }

    fn one_dimensional(&mut self) -> Option<Vec<u32>> {
        let (mut changes, mut at, mut color) = (Vec::new(), 0, Color::White);
        while at < self.width {
            self.check(&changes)?;
            at = self.run(color)?.saturating_add(at);
            changes.push(at.min(self.width));
            color = !color;
        }
        Some(changes)
    }

    fn two_dimensional(&mut self) -> Option<Vec<u32>> {
        let (mut changes, mut color): (Vec<u32>, _) = (Vec::new(), Color::White);
        // The position that coding has reached: before the first pixel at the start of a row (T.4, 4.2.1.3.1).
        let mut at: Option<u32> = None;
        while at.unwrap_or(0) < self.width {
            self.check(&changes)?;
            match mode::decode(&mut self.bits)? {
                Mode::Pass => at = Some(self.change_above(at, color, 1)),
                Mode::Vertical(delta) => {
                    let to = self.change_above(at, color, 0).checked_add_signed(delta.into())?;
                    if to < at.unwrap_or(0) || to > self.width {
                        return None;
                    }
                    changes.push(to);
                    color = !color;
                    at = Some(to);
                }
                Mode::Horizontal => {
                    for color in [color, !color] {
                        let to = at.unwrap_or(0).saturating_add(self.run(color)?).min(self.width);
                        changes.push(to);
                        at = Some(to);
                    }
                }
                Mode::Extension | Mode::EOF => return None,
            }
        }
        Some(changes)
    }

    /// Limits the number of changes. Runs may be empty, but not without end.
    fn check(&self, changes: &[u32]) -> Option<()> {
        (changes.len() as u64 <= 2 * u64::from(self.width) + 2).then_some(())
    }

    /// Returns the first change in the row above that is to the right of `at` and goes to the opposite of `color`, or
    /// the one `further` changes later.
    fn change_above(&self, at: Option<u32>, color: Color, further: usize) -> u32 {
        // Changes at even indices are from white to black.
        let from = match color {
            Color::White => 0,
            Color::Black => 1,
        };
        // The list is sorted; it may contain pairs of equal values.
        let skip = at.map_or(0, |at| self.reference.partition_point(|change| *change <= at));
        let skip = if skip % 2 == from { skip } else { skip + 1 };
        self.reference.get(skip + further).copied().unwrap_or(self.width)
    }
}

/// Appends a row of pixels.
fn draw(changes: &[u32], width: u32, out: &mut Vec<u8>) {
    let mut ends = changes.iter().copied().peekable();
    let (mut black, mut byte) = (false, 0_u8);
    for x in 0..width {
        while ends.next_if(|end| *end <= x).is_some() {
            black = !black;
        }
        byte = byte << 1 | u8::from(black);
        if x % 8 == 7 {
            out.push(byte);
        }
    }
    if !width.is_multiple_of(8) {
        out.push(byte << (8 - width % 8));
    }
}
