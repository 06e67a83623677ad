//! The container of a still AVIF (ISO/IEC 14496-12, 23008-12 and the *AV1 Image File Format*): boxes in boxes,
//! among them a table of items. Wanted are the item that is the picture, and the one that is its alpha.

use super::super::decode::{damaged, of_a_kind};
use crate::error::Error;
use crate::format::Format;
use crate::plan::{Orientation, Size};

/// A picture in a file, not decoded.
#[derive(Debug)]
pub(super) struct Still {
    /// As stored.
    pub(super) size: Size,
    pub(super) orientation: Orientation,
    /// AV1 data of the picture.
    pub(super) color: Vec<u8>,
    /// AV1 data of its opacity.
    pub(super) alpha: Option<Vec<u8>>,
    /// Are colours multiplied by opacity?
    pub(super) premultiplied: bool,
    pub(super) meaning: Meaning,
}

/// How samples become colours, where the container says so; else the AV1 data do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Meaning {
    /// A number of ITU-T H.273, as the next two.
    pub(super) matrix: Option<u16>,
    pub(super) full_range: Option<bool>,
    /// Primaries and transfer.
    pub(super) space: Option<[u16; 2]>,
    /// A profile of the International Color Consortium, which goes first.
    pub(super) icc: Option<Vec<u8>>,
}

impl Still {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Error> {
        Meta::read(bytes).and_then(|meta| meta.still(bytes)).unwrap_or_else(|| Err(damaged(Format::Avif)))
    }
}

/// The parts of the `meta` box that matter, not read further.
#[derive(Default)]
struct Meta<'a> {
    primary: u32,
    /// Version and entries.
    locations: Option<(u8, Reader<'a>)>,
    /// Each item and its type.
    items: Vec<(u32, [u8; 4])>,
    properties: Vec<([u8; 4], Reader<'a>)>,
    /// An item and its properties, counted from one.
    associations: Vec<(u32, Vec<usize>)>,
    /// Kind, from, to.
    references: Vec<([u8; 4], u32, Vec<u32>)>,
    data: &'a [u8],
}

/// What kind, from which item, to which others.
type Reference = ([u8; 4], u32, Vec<u32>);

impl<'a> Meta<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut file = Reader(bytes);
        let mut body = loop {
            let (kind, body) = file.next_box()?;
            if &kind == b"meta" {
                break body;
            }
        };
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

    /// Puts the picture together; `None` where the tables do not fit each other.
    fn still(&self, file: &'a [u8]) -> Option<Result<Still, Error>> {
        if self.kind(self.primary)? != *b"av01" {
            // A grid of tiles, or another codec in the same container.
            return Some(Err(of_a_kind(Format::Avif)));
        }
        let (mut size, mut meaning) = (None, Meaning::default());
        let (mut turns, mut mirror) = (0, None);
        for (kind, mut body) in self.properties_of(self.primary) {
            match &kind {
                b"ispe" => {
                    body.version()?;
                    size = Some(Size::new(body.number(4)?, body.number(4)?));
                }
                b"irot" => turns = body.number(1)? & 3,
                b"imir" => mirror = Some(body.number(1)? & 1),
                b"colr" => match &body.kind()? {
                    b"nclx" => {
                        meaning.space = Some([body.short()?, body.short()?]);
                        meaning.matrix = Some(body.short()?);
                        meaning.full_range = Some(body.number(1)? & 0x80 != 0);
                    }
                    b"prof" | b"rICC" => meaning.icc = Some(body.0.to_vec()),
                    _ => {}
                },
                b"clap" => return Some(Err(of_a_kind(Format::Avif))),
                _ => {}
            }
        }
        let size = size.filter(|size| size.pixels() > 0)?;
        let alpha = self.references.iter().find_map(|(kind, from, to)| {
            (kind == b"auxl" && to.contains(&self.primary) && self.is_alpha(*from)).then_some(*from)
        });
        let premultiplied = alpha.is_some_and(|alpha| {
            self.references
                .iter()
                .any(|(kind, from, to)| kind == b"prem" && *from == self.primary && to.contains(&alpha))
        });
        let alpha = match alpha {
            Some(alpha) => Some(self.item(alpha, file)?),
            None => None,
        };
        let color = self.item(self.primary, file)?;
        Some(Ok(Still { size, orientation: orientation(turns, mirror), color, alpha, premultiplied, meaning }))
    }

    fn kind(&self, item: u32) -> Option<[u8; 4]> {
        self.items.iter().find(|(id, _)| *id == item).map(|(_, kind)| *kind)
    }

    fn properties_of(&self, item: u32) -> impl Iterator<Item = ([u8; 4], Reader<'a>)> {
        let indices = self.associations.iter().filter(move |(id, _)| *id == item).flat_map(|(_, indices)| indices);
        indices.filter_map(|index| self.properties.get(index.checked_sub(1)?).copied())
    }

    fn is_alpha(&self, item: u32) -> bool {
        let named = |name: &[u8]| {
            name == b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha" || name == b"urn:mpeg:hevc:2015:auxid:1"
        };
        let mut kinds = self.properties_of(item).filter(|(kind, _)| kind == b"auxC");
        self.kind(item) == Some(*b"av01")
            && kinds.any(|(_, mut body)| {
                body.version().is_some() && body.0.split(|byte| *byte == 0).next().is_some_and(named)
            })
    }

    /// The data of an item, which may lie in pieces.
    fn item(&self, item: u32, file: &[u8]) -> Option<Vec<u8>> {
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
            for _ in 0..table.number(2)? {
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
                // Pieces that overlap without end.
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

/// Counter-clockwise quarters, then a mirror: 0 swaps top and bottom, 1 left and right.
fn orientation(turns: u32, mirror: Option<u32>) -> Orientation {
    let tag = match (turns, mirror) {
        (0, None) => 1,
        (1, None) => 8,
        (2, None) => 3,
        (_, None) => 6,
        (0, Some(0)) | (2, Some(1..)) => 4,
        (0 | 2, Some(_)) => 2,
        (1, Some(0)) | (3.., Some(1..)) => 5,
        (_, Some(_)) => 7,
    };
    Orientation::from_exif(tag)
}

/// Bytes that were not read yet. Numbers are big-endian.
#[derive(Clone, Copy)]
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn long(&mut self, bytes: u32) -> Option<u64> {
        let bytes = self.take(usize::try_from(bytes).ok().filter(|bytes| matches!(bytes, 0 | 1 | 2 | 4 | 8))?)?;
        Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn number(&mut self, bytes: u32) -> Option<u32> {
        self.long(bytes).and_then(|number| u32::try_from(number).ok())
    }

    fn short(&mut self) -> Option<u16> {
        self.number(2).and_then(|number| u16::try_from(number).ok())
    }

    fn id(&mut self, wide: bool) -> Option<u32> {
        self.number(if wide { 4 } else { 2 })
    }

    /// Version and flags of a full box.
    fn version(&mut self) -> Option<(u8, u32)> {
        let word = self.number(4)?;
        let [version, ..] = word.to_be_bytes();
        Some((version, word & 0x00FF_FFFF))
    }

    fn kind(&mut self) -> Option<[u8; 4]> {
        self.take(4)?.try_into().ok()
    }

    fn next_box(&mut self) -> Option<([u8; 4], Self)> {
        let size = self.number(4)?;
        let kind = self.kind()?;
        let body = match size {
            0 => self.0.len(),
            1 => usize::try_from(self.long(8)?.checked_sub(16)?).ok()?,
            _ => usize::try_from(size.checked_sub(8)?).ok()?,
        };
        Some((kind, Self(self.take(body)?)))
    }

    fn items(&mut self) -> Option<Vec<(u32, [u8; 4])>> {
        let (version, _) = self.version()?;
        let count = self.id(version > 0)?;
        let mut items = Vec::new();
        for _ in 0..count {
            let (kind, mut body) = self.next_box()?;
            if &kind == b"infe" {
                let (version, _) = body.version()?;
                let id = body.id(version > 2)?;
                body.take(2)?;
                items.push((id, body.kind()?));
            }
        }
        Some(items)
    }

    fn associations(&mut self) -> Option<Vec<(u32, Vec<usize>)>> {
        let (version, flags) = self.version()?;
        let mut items = Vec::new();
        for _ in 0..self.number(4)? {
            let id = self.id(version > 0)?;
            let mut indices = Vec::new();
            for _ in 0..self.number(1)? {
                // The first bit says that it must be understood.
                let index = if flags & 1 == 1 { self.number(2)? & 0x7FFF } else { self.number(1)? & 0x7F };
                indices.push(usize::try_from(index).ok()?);
            }
            items.push((id, indices));
        }
        Some(items)
    }

    fn references(&mut self) -> Option<Vec<Reference>> {
        let (version, _) = self.version()?;
        let mut references = Vec::new();
        while !self.0.is_empty() {
            let (kind, mut body) = self.next_box()?;
            let from = body.id(version > 0)?;
            let count = body.number(2)?;
            let to = (0..count).map(|_| body.id(version > 0)).collect::<Option<_>>()?;
            references.push((kind, from, to));
        }
        Some(references)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 8).unwrap();
        [&length.to_be_bytes()[..], kind, body].concat()
    }

    /// A file with a picture of 5x3 in `idat`, in two pieces, and these further properties.
    fn file(kind: &[u8; 4], properties: &[Vec<u8>]) -> Vec<u8> {
        let size = boxed(b"ispe", &[0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 3]);
        let all: Vec<u8> = [&[size][..], properties].concat().concat();
        let count = u8::try_from(properties.len() + 1).unwrap();
        let used: Vec<u8> = (1..=count).map(|index| 0x80 | index).collect();
        let meta = [
            vec![0; 4],
            boxed(b"hdlr", &[0; 12]),
            boxed(b"pitm", &[0, 0, 0, 0, 0, 7]),
            // Version 1: offsets and lengths of four bytes; method 1; two extents, of 3 and 2 bytes.
            boxed(
                b"iloc",
                &[1, 0, 0, 0, 0x44, 0, 0, 1, 0, 7, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 6, 0, 0, 0, 2],
            ),
            boxed(
                b"iinf",
                &[&[0, 0, 0, 0, 0, 1][..], &boxed(b"infe", &[&[2, 0, 0, 0, 0, 7, 0, 0][..], kind, &[0]].concat())]
                    .concat(),
            ),
            boxed(
                b"iprp",
                &[boxed(b"ipco", &all), boxed(b"ipma", &[&[0, 0, 0, 0, 0, 0, 0, 1, 0, 7, count][..], &used].concat())]
                    .concat(),
            ),
            boxed(b"idat", b"-abc--de--"),
        ]
        .concat();
        [boxed(b"ftyp", b"avif\0\0\0\0avifmif1"), boxed(b"free", b"x"), boxed(b"meta", &meta)].concat()
    }

    #[test]
    fn items_are_put_together() {
        let bytes = file(b"av01", &[boxed(b"colr", &[b"nclx", &[0, 1, 0, 13, 0, 6, 0x80][..]].concat())]);
        let still = Still::read(&bytes).unwrap();
        assert_eq!((still.size, still.orientation), (Size::new(5, 3), Orientation::Upright));
        assert_eq!((still.color.as_slice(), still.alpha), (&b"abcde"[..], None));
        let want = Meaning { matrix: Some(6), full_range: Some(true), space: Some([1, 13]), icc: None };
        assert_eq!(still.meaning, want);
        let bytes = file(b"av01", &[boxed(b"colr", b"profabc")]);
        assert_eq!(Still::read(&bytes).unwrap().meaning.icc.as_deref(), Some(&b"abc"[..]));
        for end in 0..bytes.len() {
            assert!(Still::read(&bytes[..end]).is_err(), "{end}");
        }
        assert_eq!(Still::read(&file(b"grid", &[])).unwrap_err().code(), crate::ErrorCode::Unsupported);
        assert_eq!(
            Still::read(&file(b"av01", &[boxed(b"clap", &[0; 32])])).unwrap_err().code(),
            crate::ErrorCode::Unsupported
        );
    }

    #[test]
    fn turned_first_and_then_mirrored() {
        // Where the top left pixel of what is stored, and the one right of it, end up: told by the EXIF tag.
        for (turns, mirror, tag) in [
            (None, None, 1),
            (Some(1), None, 8),
            (Some(2), None, 3),
            (Some(3), None, 6),
            (None, Some(0), 4),
            (None, Some(1), 2),
            (Some(1), Some(0), 5),
            (Some(1), Some(1), 7),
            (Some(2), Some(0), 2),
            (Some(2), Some(1), 4),
            (Some(3), Some(0), 7),
            (Some(3), Some(1), 5),
        ] {
            let properties: Vec<_> = turns
                .map(|turns| boxed(b"irot", &[turns]))
                .into_iter()
                .chain(mirror.map(|mirror| boxed(b"imir", &[mirror])))
                .collect();
            let still = Still::read(&file(b"av01", &properties)).unwrap();
            assert_eq!(still.orientation.to_exif(), tag, "{turns:?} {mirror:?}");
        }
    }
}
