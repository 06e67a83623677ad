//! The still image of a file: one item, or a grid of items.

use super::boxes::Reader;
use super::meta::Meta;
use super::properties::Facts;
use super::unread;
use crate::error::Error;
use crate::format::Format;
use crate::pixels::base::damaged;
use crate::plan::{Rect, Size};

/// An image in a file, before decoding.
#[derive(Debug)]
pub(crate) struct Still {
    /// The stored size.
    pub(crate) stored: Size,
    /// The visible part.
    pub(crate) shown: Rect,
    pub(crate) facts: Facts,
    pub(crate) color: Tiles,
    /// The opacity.
    pub(crate) alpha: Option<Tiles>,
    /// Whether colours are premultiplied by opacity.
    pub(crate) premultiplied: bool,
}

/// AV1 data of equally sized tiles, row by row. Most images have a single tile.
#[derive(Debug)]
pub(crate) struct Tiles {
    /// The size of each tile.
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
        // A grid states its size itself, and the property repeats it.
        let stored = color.whole.or(facts.stored).filter(|size| size.pixels() > 0).ok_or_else(broken)?;
        let shown = facts.aperture(stored).unwrap_or(Rect::full(stored));
        let alpha = meta.alpha_of(meta.primary);
        let premultiplied = alpha.is_some_and(|alpha| meta.is_premultiplied(meta.primary, alpha));
        let alpha = match alpha {
            Some(alpha) => Some(Source::new(&meta, alpha, bytes)?.tiles(&meta, stored, bytes)?),
            // Each tile may have separate opacity.
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

    /// Returns the bytes that decoding takes, including the image.
    pub(crate) fn memory(&self) -> u64 {
        /// Planes of 16 bits with the buffers of filters, and the colours of a tile.
        const TILE: u64 = 24;
        /// Colours, opacity, both combined, and the visible part.
        const WHOLE: u64 = 12;
        /// The tables of the decoder.
        const TABLES: u64 = 1024 * 1024;
        let tile = self.color.size.pixels().max(self.alpha.as_ref().map_or(0, |alpha| alpha.size.pixels()));
        let whole = self.stored.pixels().saturating_mul(WHOLE);
        tile.saturating_mul(TILE).saturating_add(whole).saturating_add(TABLES)
    }
}

/// The items of which an image is composed.
struct Source {
    /// The size stated by a grid.
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

    /// Reads a grid (ISO/IEC 23008-12, 6.6.2.3).
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

    /// Returns the data of all items, which have to cover an image of this size.
    fn tiles(&self, meta: &Meta<'_>, size: Size, file: &[u8]) -> Result<Tiles, Error> {
        let broken = || damaged(Format::Avif);
        let stored = |item: &u32| Facts::read(meta.properties_of(*item)).and_then(|facts| facts.stored);
        let first = self.items.first().ok_or_else(broken)?;
        let tile = stored(first).filter(|tile| tile.pixels() > 0).ok_or_else(broken)?;
        let covers = |tile: u32, count: u32, whole: u32| u64::from(tile) * u64::from(count) >= whole.into();
        let fits = covers(tile.width, self.across, size.width) && covers(tile.height, self.down, size.height);
        // A single item must have exactly the size of the image.
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
            // Rejects tiles that share their data excessively.
            if total > file.len().saturating_mul(2) {
                return Err(broken());
            }
            data.push(item);
        }
        Ok(Tiles { size: tile, across: self.across, data })
    }
}

/// The maximum number of tiles, more than images within usual limits have. Each tile takes a walk over the table of
/// locations.
const MOST_TILES: usize = 1024;
