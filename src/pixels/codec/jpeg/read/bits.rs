//! A bit reader for entropy-coded data, a word at a time.
//!
//! If a byte of `0xFF` may occur anywhere, every refill has to look for it. Byte stuffing is therefore removed first,
//! some kilobytes at a time, and the symbol decoders read plain bytes: a refill is a load, a shift and an or.

use super::damage::Damage;
use super::markers::{EOI, first_marker};

/// The entropy-coded data between two markers.
#[derive(Debug)]
pub(super) struct Bits<'a> {
    source: &'a [u8],
    /// The end of the part of `source` that has been copied to `data`.
    taken: usize,
    data: Box<Data>,
    /// The number of bytes of `data` that are filled.
    filled: usize,
    /// Whether the next thing in `source` is a marker or the end of the file.
    ended: bool,
    /// Whether the data has run out: the units up to the next restart marker have none.
    missing: bool,
    pub(super) damage: Damage,
    /// The position in `data` from which on `fill` has to be called, or the data may run out.
    enough: usize,
    pub(super) window: Window,
}

/// Entropy-coded data without byte stuffing.
#[derive(Debug)]
pub(super) struct Data([u8; ROOM + WORD]);

const ROOM: usize = 16 * 1024;

/// The bytes of the longest possible unit: ten blocks of 64 symbols, each with a code of 17 bits (an invalid one) and
/// 15 extra bits.
const LONGEST_UNIT: usize = 10 * 64 * 32 / 8 + WORD;

const WORD: usize = 8;

/// The number of bytes that may be left unread before a marker. Some encoders pad. Data that is decoded incorrectly
/// leaves more.
const PADDING: usize = 64;

/// A window on the next bits, most significant first.
///
/// It is small and passed by value, so that decoding loops keep it in registers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    bits: u64,
    /// The number of valid bits in `bits`. The bits below them are the bits that follow in the data, or zeros.
    count: u32,
    /// The position in the data of the first byte that is not counted.
    at: usize,
}

impl<'a> Bits<'a> {
    /// Returns a reader for the data that begins at position `at` of a file.
    pub(super) fn new(source: &'a [u8], at: usize) -> Self {
        let data = Box::new(Data([0; ROOM + WORD]));
        let window = Window { bits: 0, count: 0, at: 0 };
        let damage = Damage::default();
        let mut bits =
            Self { source, taken: at, data, filled: 0, ended: false, missing: false, damage, enough: 0, window };
        bits.fill();
        bits
    }

    /// Returns the data and the current window. The window has to be stored back after reading.
    pub(super) const fn parts(&self) -> (&Data, Window) {
        (&self.data, self.window)
    }

    /// Makes sure that a whole unit can be read. Returns `false` if the data has run out before it.
    ///
    /// If the data runs out within a unit, the unit is read with zeros in place of the missing bits, as in libjpeg.
    #[inline]
    fn before_unit(&mut self) -> bool {
        self.window.at < self.enough || self.look_ahead()
    }

    #[cold]
    fn look_ahead(&mut self) -> bool {
        self.check();
        if !self.ended {
            self.fill();
        }
        !self.missing
    }

    /// Checks whether more has been read than the data holds.
    pub(super) fn check(&mut self) {
        if self.ended && !self.missing && self.window.at * 8 > self.filled * 8 + self.window.unread() {
            self.missing = true;
            let marker = self.source.get(self.taken + 1);
            self.damage.add(match marker {
                None | Some(&EOI) => Damage { cut_short: true, corrupt: false },
                Some(_) => Damage { cut_short: false, corrupt: true },
            });
        }
    }

    /// Moves unread bytes to the front and appends more.
    fn fill(&mut self) {
        let from = self.window.at.min(self.filled);
        self.data.0.copy_within(from..self.filled, 0);
        self.filled -= from;
        self.window.at -= from;
        let room = self.data.0.get_mut(self.filled..ROOM).unwrap_or_default();
        let step = unstuff(self.source.get(self.taken..).unwrap_or_default(), room);
        self.taken += step.read;
        self.filled += step.written;
        self.ended = step.ended;
        if let Some(rest) = self.data.0.get_mut(self.filled..) {
            // Bytes beyond the end read as zeros.
            rest.fill(0);
        }
        self.enough = if self.ended { 0 } else { self.filled - LONGEST_UNIT + 1 };
    }

    /// Ends the current interval and starts the one after restart marker `number`.
    fn restart(&mut self, number: u8) {
        self.finish();
        let found = first_marker(self.source, self.taken).map(|(marker, _)| marker);
        // If the data simply ends, it counts as cut short, not as corrupt.
        self.damage.corrupt |= found.is_some_and(|marker| marker != EOI && marker != 0xD0 | (number & 7));
        let (place, begins) = interval(self.source, self.taken, number);
        self.taken = place;
        // If the marker was not consumed, the interval is empty.
        self.missing &= !begins;
        self.filled = 0;
        self.window = Window { bits: 0, count: 0, at: 0 };
        self.fill();
    }

    /// Ends an interval after its last unit, and checks whether unread data is left.
    pub(super) fn finish(&mut self) {
        self.check();
        let unread = (self.filled * 8 + self.window.unread()).saturating_sub(self.window.at * 8) / 8;
        let rest = self.data.0.get(self.filled.saturating_sub(unread)..self.filled).unwrap_or_default();
        // Zero padding may have any length.
        self.damage.corrupt |= unread > PADDING && rest.iter().any(|byte| *byte != 0);
    }
}

impl Data {
    /// Returns eight bytes from position `at`, or zeros beyond the end.
    #[inline(always)]
    fn word(&self, at: usize) -> u64 {
        self.0.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |word| u64::from_be_bytes(*word))
    }
}

impl Window {
    /// Refills the window to at least 56 bits.
    #[inline(always)]
    pub(super) fn refill(&mut self, data: &Data) {
        // Bits that are loaded twice have the same value and position, so the or leaves them unchanged.
        self.bits |= data.word(self.at) >> self.count;
        self.at += ((63 - self.count) >> 3) as usize;
        self.count |= 56;
    }

    /// Returns the window, most significant bit first.
    #[inline(always)]
    pub(super) const fn bits(self) -> u64 {
        self.bits
    }

    /// Returns the next `BITS` bits as an index.
    #[inline(always)]
    pub(super) const fn peek<const BITS: u32>(self) -> usize {
        (self.bits >> (64 - BITS)) as usize
    }

    /// Skips `count` bits, which must be in the window.
    #[inline(always)]
    pub(super) const fn skip(&mut self, count: u32) {
        self.bits <<= count & 63;
        self.count = self.count.wrapping_sub(count);
    }

    /// Reads the next `count` bits as a number.
    #[inline(always)]
    pub(super) const fn take(&mut self, count: u32) -> u64 {
        // Two shifts, since `count` may be zero.
        let bits = (self.bits >> 1) >> (63 - (count & 63));
        self.skip(count);
        bits
    }

    /// Returns `true` if the window holds no counted bits.
    #[inline(always)]
    pub(super) const fn is_empty(self) -> bool {
        self.count == 0
    }

    fn unread(self) -> usize {
        self.count as usize
    }
}

/// A counter of units between restart markers.
#[derive(Debug)]
pub(super) struct Restart {
    /// The number of units between markers; 0 if there are none.
    interval: u16,
    /// The number of units left until the next marker.
    left: u16,
    /// The number of the next marker.
    number: u8,
}

impl Restart {
    pub(super) const fn new(interval: u16) -> Self {
        Self { interval, left: interval, number: 0 }
    }

    /// Makes sure that a whole unit can be read, and returns how to read it.
    #[inline(always)]
    pub(super) fn before_unit(&mut self, bits: &mut Bits<'_>) -> Unit {
        let anew = self.interval > 0 && self.left == 0;
        if anew {
            bits.restart(self.number);
            self.number = self.number.wrapping_add(1);
            self.left = self.interval;
        }
        self.left = self.left.wrapping_sub(1);
        match (bits.before_unit(), anew) {
            (false, _) => Unit::Missing,
            (true, true) => Unit::Anew,
            (true, false) => Unit::Next,
        }
    }
}

/// The way to read a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Continues after the previous unit.
    Next,
    /// Starts a new restart interval: all predictions are reset first.
    Anew,
    /// Has no data.
    Missing,
}

/// Returns the position in a file where the interval after restart marker `number` begins, and `true` if its marker was
/// found.
///
/// If other markers are found, the position is a guess, as in libjpeg (`jpeg_resync_to_restart`): one of the next two
/// markers is left for later, one of the previous two is skipped, and any other restart marker is taken for the
/// expected one.
pub(super) fn interval(source: &[u8], mut at: usize, number: u8) -> (usize, bool) {
    while let Some((marker, end)) = first_marker(source, at) {
        match (marker, marker.wrapping_sub(number) & 7) {
            (0xD0..=0xD7, 6 | 7) | (0x01..=0xBF, _) => at = end,
            (0xD0..=0xD7, 0 | 3..=5) => return (end, true),
            _ => return (end - 2, false),
        }
    }
    (source.len(), false)
}

/// The result of [`unstuff`].
struct Step {
    read: usize,
    written: usize,
    /// Whether it stopped at a marker or at the end, rather than for lack of room.
    ended: bool,
}

/// Copies entropy-coded data without the zero bytes stuffed after `0xFF`.
fn unstuff(source: &[u8], room: &mut [u8]) -> Step {
    let (mut from, mut to) = (0, 0);
    loop {
        // Copies whole words, and advances only over the bytes that are data.
        while let (Some(word), Some(slot)) = (
            source.get(from..).and_then(<[u8]>::first_chunk::<WORD>),
            room.get_mut(to..).and_then(<[u8]>::first_chunk_mut::<WORD>),
        ) {
            *slot = *word;
            let ones = ones_in(u64::from_le_bytes(*word));
            if ones == 0 {
                (from, to) = (from + WORD, to + WORD);
                continue;
            }
            let before = ones.trailing_zeros() as usize / 8;
            (from, to) = (from + before, to + before);
            if source.get(from + 1) != Some(&0) {
                break;
            }
            (from, to) = (from + 2, to + 1);
        }
        // Near the end of the source or the room, or at a marker.
        let (Some(byte), next) = (source.get(from), source.get(from + 1)) else {
            return Step { read: from, written: to, ended: true };
        };
        let stuffed = match (byte, next) {
            (0xFF, Some(0)) => true,
            (0xFF, Some(0xFF)) => {
                // A fill byte before a marker.
                from += 1;
                continue;
            }
            (0xFF, _) => return Step { read: from, written: to, ended: true },
            _ => false,
        };
        let Some(slot) = room.get_mut(to) else { return Step { read: from, written: to, ended: false } };
        *slot = *byte;
        (from, to) = (from + 1 + usize::from(stuffed), to + 1);
    }
}

/// Marks the first byte of `0xFF` by its highest bit. Marks on later bytes may be wrong.
#[inline(always)]
const fn ones_in(word: u64) -> u64 {
    const LOW: u64 = u64::from_ne_bytes([1; 8]);
    (!word).wrapping_sub(LOW) & word & (LOW << 7)
}
