//! The still image of a file: one item, or a grid of them.

use super::boxes::Reader;
use super::meta::Meta;
use super::properties::Facts;
use super::unread;
use crate::error::Error;
use crate::format::Format;
use crate::pixels::base::damaged;
use crate::plan::{Rect, Size};

/// An image in a file, not decoded.
#[derive(Debug)]
pub(crate) struct Still {
    /// As stored.
    pub(crate) stored: Size,
    /// The part that is shown.
    pub(crate) shown: Rect,
    pub(crate) facts: Facts,
    pub(crate) color: Tiles,
    /// Its opacity.
    pub(crate) alpha: Option<Tiles>,
    /// Returns `true` if colours are multiplied by opacity.
    pub(crate) premultiplied: bool,
}

/// AV1 data of equal size, row by row; most images have one.
#[derive(Debug)]
pub(crate) struct Tiles {
    /// The size of each.
    pub(crate) size: Size,
    pub(crate) across: u32,
    pub(crate) data: Vec<Vec<u8>>,
}

impl Still {
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Error> {
        let broken = || damaged(Format::Avif);
        let meta = Meta::read(bytes).ok_or_else(broken)?;
        let color = Source::new(&meta, meta.primary, bytes)?;
        let facts = Facts::read(meta.properties_of(meta.primary)).ok_or_else(broken)?;
        // A grid says its size itself, and the property repeats it.
        let stored = color.whole.or(facts.stored).filter(|size| size.pixels() > 0).ok_or_else(broken)?;
        let shown = facts.aperture(stored).unwrap_or(Rect::full(stored));
        let alpha = meta.alpha_of(meta.primary);
        let premultiplied = alpha.is_some_and(|alpha| meta.is_premultiplied(meta.primary, alpha));
        let alpha = match alpha {
            Some(alpha) => Some(Source::new(&meta, alpha, bytes)?.tiles(&meta, stored, bytes)?),
            // Each tile may have its own.
            None if color.whole.is_some() => {
                let items: Option<Vec<u32>> = color.items.iter().map(|item| meta.alpha_of(*item)).collect();
                match items {
                    Some(items) => Some(Source { items, ..color }.tiles(&meta, stored, bytes)?),
                    None => None,
                }
            }
            None => None,
        };
        let color = color.tiles(&meta, stored, bytes)?;
        Ok(Self { stored, shown, facts, color, alpha, premultiplied })
    }

    /// Bytes that decoding takes, the image included.
    pub(crate) fn memory(&self) -> u64 {
        /// Planes of 16 bits with what filters need, and the colours of a tile.
        const TILE: u64 = 24;
        /// Colours, opacity, both together, and the part that is shown.
        const WHOLE: u64 = 12;
        /// Tables of the decoder.
        const TABLES: u64 = 1024 * 1024;
        let tile = self.color.size.pixels().max(self.alpha.as_ref().map_or(0, |alpha| alpha.size.pixels()));
        let whole = self.stored.pixels().saturating_mul(WHOLE);
        tile.saturating_mul(TILE).saturating_add(whole).saturating_add(TABLES)
    }
}

/// Items that make an image.
struct Source {
    /// The size that a grid says.
    whole: Option<Size>,
    across: u32,
    down: u32,
    items: Vec<u32>,
}

impl Source {
    fn new(meta: &Meta<'_>, item: u32, file: &[u8]) -> Result<Self, Error> {
        match &meta.kind(item).ok_or_else(|| damaged(Format::Avif))? {
            b"av01" => Ok(Self { whole: None, across: 1, down: 1, items: vec![item] }),
            b"grid" => Self::grid(meta, item, file).ok_or_else(|| damaged(Format::Avif)),
            b"iovl" => Err(unread("images laid over each other")),
            b"iden" => Err(unread("an image derived from another")),
            _ => Err(unread("another codec than AV1")),
        }
    }

    /// A grid (ISO/IEC 23008-12, 6.6.2.3).
    fn grid(meta: &Meta<'_>, item: u32, file: &[u8]) -> Option<Self> {
        let data = meta.item(item, file)?;
        let mut body = Reader(&data);
        let [_, flags, rows, columns] = *body.take(4)?.first_chunk()?;
        let bytes = if flags & 1 == 1 { 4 } else { 2 };
        let whole = Size::new(body.number(bytes)?, body.number(bytes)?);
        let (across, down) = (u32::from(columns) + 1, u32::from(rows) + 1);
        let items = meta.tiles_of(item).to_vec();
        let fits = items.len() <= MOST_TILES && items.len() as u64 == u64::from(across) * u64::from(down);
        (fits && whole.pixels() > 0).then_some(Self { whole: Some(whole), across, down, items })
    }

    /// The data of all items, which have to cover an image of this size.
    fn tiles(&self, meta: &Meta<'_>, size: Size, file: &[u8]) -> Result<Tiles, Error> {
        let broken = || damaged(Format::Avif);
        let stored = |item: &u32| Facts::read(meta.properties_of(*item)).and_then(|facts| facts.stored);
        let first = self.items.first().ok_or_else(broken)?;
        let tile = stored(first).filter(|tile| tile.pixels() > 0).ok_or_else(broken)?;
        let covers = |tile: u32, count: u32, whole: u32| u64::from(tile) * u64::from(count) >= whole.into();
        let fits = covers(tile.width, self.across, size.width) && covers(tile.height, self.down, size.height);
        // One alone has no more than is shown.
        if !fits || (self.items.len() == 1 && self.whole.is_none() && tile != size) {
            return Err(broken());
        }
        let (mut data, mut total) = (Vec::new(), 0_usize);
        for item in &self.items {
            if meta.kind(*item) != Some(*b"av01") {
                return Err(unread("a grid of other images than AV1"));
            }
            let item = meta.item(*item, file).ok_or_else(broken)?;
            total = total.saturating_add(item.len());
            // Tiles that share their data without end.
            if total > file.len().saturating_mul(2) {
                return Err(broken());
            }
            data.push(item);
        }
        Ok(Tiles { size: tile, across: self.across, data })
    }
}

/// More than an image within usual limits is cut into: each takes a walk over the table of places.
const MOST_TILES: usize = 1024;
