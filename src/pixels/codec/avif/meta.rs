//! The table of items (ISO/IEC 14496-12, 8.11, and 23008-12): identifiers, types, properties, references and locations.

use super::boxes::{Reader, Reference};

/// The relevant parts of the `meta` box. Their contents are parsed on demand.
#[derive(Default)]
pub(crate) struct Meta<'a> {
    pub(crate) primary: u32,
    /// The version and the entries of `iloc`.
    locations: Option<(u8, Reader<'a>)>,
    /// The identifier and the type of each item.
    items: Vec<(u32, [u8; 4])>,
    properties: Vec<([u8; 4], Reader<'a>)>,
    /// The properties of each item, counted from one.
    associations: Vec<(u32, Vec<usize>)>,
    /// The references between items.
    references: Vec<Reference>,
    data: &'a [u8],
}

impl<'a> Meta<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut body = Reader(bytes).find_box(b"meta")?;
        let mut meta = Self::default();
        body.version()?;
        while !body.0.is_empty() {
            let (kind, mut body) = body.next_box()?;
            match &kind {
                b"pitm" => {
                    let (version, _) = body.version()?;
                    meta.primary = body.id(version > 0)?;
                }
                b"iloc" => meta.locations = Some((body.version()?.0, body)),
                b"iinf" => meta.items = body.items()?,
                b"iprp" => meta.properties(body)?,
                b"iref" => meta.references = body.references()?,
                b"idat" => meta.data = body.0,
                _ => {}
            }
        }
        Some(meta)
    }

    fn properties(&mut self, mut body: Reader<'a>) -> Option<()> {
        while !body.0.is_empty() {
            let (kind, mut body) = body.next_box()?;
            match &kind {
                b"ipco" => {
                    while !body.0.is_empty() {
                        self.properties.push(body.next_box()?);
                    }
                }
                b"ipma" => self.associations.extend(body.associations()?),
                _ => {}
            }
        }
        Some(())
    }

    pub(crate) fn kind(&self, item: u32) -> Option<[u8; 4]> {
        self.items.iter().find(|(id, _)| *id == item).map(|(_, kind)| *kind)
    }

    pub(crate) fn properties_of(&self, item: u32) -> impl Iterator<Item = ([u8; 4], Reader<'a>)> {
        let indices = self.associations.iter().filter(move |(id, _)| *id == item).flat_map(|(_, indices)| indices);
        indices.filter_map(|index| self.properties.get(index.checked_sub(1)?).copied())
    }

    /// Returns the item with the opacity of an item, if there is one.
    pub(crate) fn alpha_of(&self, item: u32) -> Option<u32> {
        let mut to_it = self.references.iter().filter(|(kind, _, to)| kind == b"auxl" && to.contains(&item));
        to_it.find(|(_, from, _)| self.is_alpha(*from)).map(|(_, from, _)| *from)
    }

    /// Returns `true` if the colours of an item are premultiplied by its opacity.
    pub(crate) fn is_premultiplied(&self, item: u32, alpha: u32) -> bool {
        self.references.iter().any(|(kind, from, to)| kind == b"prem" && *from == item && to.contains(&alpha))
    }

    /// Returns the items of which a grid is composed.
    pub(crate) fn tiles_of(&self, item: u32) -> &[u32] {
        let found = self.references.iter().find(|(kind, from, _)| kind == b"dimg" && *from == item);
        found.map_or(&[], |(.., tiles)| tiles)
    }

    fn is_alpha(&self, item: u32) -> bool {
        let mut kinds = self.properties_of(item).filter(|(kind, _)| kind == b"auxC");
        kinds.any(|(_, mut body)| body.version().is_some() && is_alpha_name(body.0))
    }

    /// Returns the data of an item, which may be stored in several extents.
    pub(crate) fn item(&self, item: u32, file: &[u8]) -> Option<Vec<u8>> {
        let (version, mut table) = self.locations?;
        let sizes = table.number(2)?;
        let [offset_size, length_size, base_size, index_size] = [12, 8, 4, 0].map(|shift| sizes >> shift & 0xF);
        let index_size = if version == 0 { 0 } else { index_size };
        let count = table.id(version == 2)?;
        for _ in 0..count {
            let id = table.id(version == 2)?;
            let method = if version == 0 { 0 } else { table.number(2)? & 0xF };
            table.take(2)?;
            let base = table.long(base_size)?;
            let mut data = Vec::new();
            let extents = table.number(2)?;
            // If all numbers have a length of zero bytes, they are zero, and the extent counts once.
            let empty = index_size + offset_size + length_size == 0;
            for _ in 0..if empty { extents.min(1) } else { extents } {
                table.long(index_size)?;
                let (offset, length) = (table.long(offset_size)?, table.long(length_size)?);
                if id != item {
                    continue;
                }
                let source = match method {
                    0 => file,
                    1 => self.data,
                    _ => return None,
                };
                let start = usize::try_from(base.checked_add(offset)?).ok()?;
                let length =
                    if length == 0 { source.len().checked_sub(start)? } else { usize::try_from(length).ok()? };
                data.extend_from_slice(source.get(start..start.checked_add(length)?)?);
                // Rejects extents that overlap excessively.
                if data.len() > file.len() {
                    return None;
                }
            }
            if id == item {
                return Some(data);
            }
        }
        None
    }
}

/// Returns `true` if the type of an auxiliary image, ended by a zero, is opacity.
pub(crate) fn is_alpha_name(text: &[u8]) -> bool {
    let name = text.split(|byte| *byte == 0).next().unwrap_or_default();
    name == b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha" || name == b"urn:mpeg:hevc:2015:auxid:1"
}
