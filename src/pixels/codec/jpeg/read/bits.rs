//! Bits of entropy-coded data, a word at a time.
//!
//! Where a byte of all ones may be anywhere, every refill has to look for it. So stuffing is taken out
//! first, some kilobytes at a time, and what decodes symbols reads plain bytes: a refill is a load, a
//! shift and an or.

use super::damage::Damage;
use super::markers::{EOI, first_marker};

/// The entropy-coded data between two markers.
#[derive(Debug)]
pub(super) struct Bits<'a> {
    source: &'a [u8],
    /// Up to where the source is in `data`.
    taken: usize,
    data: Box<Data>,
    /// How much of `data` is filled.
    filled: usize,
    /// Does the marker come next, or the end of the file?
    ended: bool,
    /// The data ran out: there is nothing for the units up to the next restart marker.
    missing: bool,
    pub(super) damage: Damage,
    /// From this place in `data` on more has to be taken, or none is left and reading may run out.
    enough: usize,
    pub(super) window: Window,
}

/// Data without stuffing.
#[derive(Debug)]
pub(super) struct Data([u8; ROOM + WORD]);

const ROOM: usize = 16 * 1024;

/// What the longest unit takes: ten blocks of 64 symbols, each with a code of 17 bits, which is one without a symbol,
/// and 15 bits more.
const LONGEST_UNIT: usize = 10 * 64 * 32 / 8 + WORD;

const WORD: usize = 8;

/// Bytes that may lie unread before a marker. Some encoders pad; data that is decoded wrongly leaves more.
const PADDING: usize = 64;

/// The next bits, from the highest.
///
/// It is small and copied about, so that the loops that decode hold it in registers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    bits: u64,
    /// How many bits are counted as read into `bits`. Below them are those that follow in the data,
    /// or zeros.
    count: u32,
    /// Where the first byte lies that is not counted.
    at: usize,
}

impl<'a> Bits<'a> {
    /// The data that begins at this place in a file.
    pub(super) fn new(source: &'a [u8], at: usize) -> Self {
        let data = Box::new(Data([0; ROOM + WORD]));
        let window = Window { bits: 0, count: 0, at: 0 };
        let damage = Damage::default();
        let mut bits =
            Self { source, taken: at, data, filled: 0, ended: false, missing: false, damage, enough: 0, window };
        bits.fill();
        bits
    }

    /// What is to be read, and the place in it. The place is to be put back after reading.
    pub(super) const fn parts(&self) -> (&Data, Window) {
        (&self.data, self.window)
    }

    /// Makes sure that a whole unit can be read. Returns `false` if the data has run out before it.
    ///
    /// A unit in which it runs out is read to its end, with zeros in place of what is missing, as libjpeg does.
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

    /// Sees if more has been read than there is.
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

    /// Moves what is unread to the front and takes more.
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
            // What is behind the end reads as zeros.
            rest.fill(0);
        }
        self.enough = if self.ended { 0 } else { self.filled - LONGEST_UNIT + 1 };
    }

    /// Ends the interval and begins the one behind restart marker `number`.
    fn restart(&mut self, number: u8) {
        self.finish();
        let found = first_marker(self.source, self.taken).map(|(marker, _)| marker);
        // Where the data ends nothing else is known to be wrong.
        self.damage.corrupt |= found.is_some_and(|marker| marker != EOI && marker != 0xD0 | (number & 7));
        let (place, begins) = interval(self.source, self.taken, number);
        self.taken = place;
        // Before a marker that is not passed, the interval is empty.
        self.missing &= !begins;
        self.filled = 0;
        self.window = Window { bits: 0, count: 0, at: 0 };
        self.fill();
    }

    /// The end of an interval, where all that should be there has been read: sees if that is what there was.
    pub(super) fn finish(&mut self) {
        self.check();
        let unread = (self.filled * 8 + self.window.unread()).saturating_sub(self.window.at * 8) / 8;
        let rest = self.data.0.get(self.filled.saturating_sub(unread)..self.filled).unwrap_or_default();
        // Padding of zeros may have any length.
        self.damage.corrupt |= unread > PADDING && rest.iter().any(|byte| *byte != 0);
    }
}

impl Data {
    /// Eight bytes; zeros where there are none.
    #[inline(always)]
    fn word(&self, at: usize) -> u64 {
        self.0.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |word| u64::from_be_bytes(*word))
    }
}

impl Window {
    /// At least 56 bits are there afterwards.
    #[inline(always)]
    pub(super) fn refill(&mut self, data: &Data) {
        // What is read twice is the same bits at the same place.
        self.bits |= data.word(self.at) >> self.count;
        self.at += ((63 - self.count) >> 3) as usize;
        self.count |= 56;
    }

    /// The next bits as they stand, from the highest.
    #[inline(always)]
    pub(super) const fn bits(self) -> u64 {
        self.bits
    }

    /// The next `BITS` as an index.
    #[inline(always)]
    pub(super) const fn peek<const BITS: u32>(self) -> usize {
        (self.bits >> (64 - BITS)) as usize
    }

    /// Goes on by so many bits. They must be there.
    #[inline(always)]
    pub(super) const fn skip(&mut self, count: u32) {
        self.bits <<= count & 63;
        self.count = self.count.wrapping_sub(count);
    }

    /// The next bits as a number.
    #[inline(always)]
    pub(super) const fn take(&mut self, count: u32) -> u64 {
        // In two steps, since there may be none.
        let bits = (self.bits >> 1) >> (63 - (count & 63));
        self.skip(count);
        bits
    }

    /// Returns `true` if no bit is counted any more.
    #[inline(always)]
    pub(super) const fn is_empty(self) -> bool {
        self.count == 0
    }

    fn unread(self) -> usize {
        self.count as usize
    }
}

/// Counts units from one restart marker to the next.
#[derive(Debug)]
pub(super) struct Restart {
    /// Units between markers; zero if there are none.
    interval: u16,
    /// Units until the next.
    left: u16,
    /// The number of the next.
    number: u8,
}

impl Restart {
    pub(super) const fn new(interval: u16) -> Self {
        Self { interval, left: interval, number: 0 }
    }

    /// Makes sure that a whole unit can be read, and says how.
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

/// How a unit is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// It goes on behind the one before.
    Next,
    /// Everything begins anew before it.
    Anew,
    /// There is no data for it.
    Missing,
}

/// The place in a file where the interval behind restart marker `number` begins, and `true` if its marker is there.
///
/// Where other markers are, it is a guess, the one of libjpeg (`jpeg_resync_to_restart`): one of the next two is left
/// for later, one of the two before is passed, and any other restart marker is taken for the one that is wanted.
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

/// What [`unstuff`] did.
struct Step {
    read: usize,
    written: usize,
    /// It stopped before a marker or at the end, and not because there is no more room.
    ended: bool,
}

/// Copies entropy-coded data without the zeros stuffed behind bytes of all ones.
fn unstuff(source: &[u8], room: &mut [u8]) -> Step {
    let (mut from, mut to) = (0, 0);
    loop {
        // A word at a time: all of it is written, and as much kept as is data.
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
        // Near an end, or at a marker.
        let (Some(byte), next) = (source.get(from), source.get(from + 1)) else {
            return Step { read: from, written: to, ended: true };
        };
        let stuffed = match (byte, next) {
            (0xFF, Some(0)) => true,
            (0xFF, Some(0xFF)) => {
                // A fill byte, in front of a marker.
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

/// The highest bit of every byte of all ones below which there is none; those above may be wrong.
#[inline(always)]
const fn ones_in(word: u64) -> u64 {
    const LOW: u64 = u64::from_ne_bytes([1; 8]);
    (!word).wrapping_sub(LOW) & word & (LOW << 7)
}
