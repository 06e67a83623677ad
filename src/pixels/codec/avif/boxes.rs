//! Boxes of the ISO base media file format (ISO/IEC 14496-12, 4.2), and the tables in some of them.

/// A reader of the remaining bytes. Numbers are big-endian.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn long(&mut self, bytes: u32) -> Option<u64> {
        let bytes = self.take(usize::try_from(bytes).ok().filter(|bytes| matches!(bytes, 0 | 1 | 2 | 4 | 8))?)?;
        Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    pub(crate) fn number(&mut self, bytes: u32) -> Option<u32> {
        self.long(bytes).and_then(|number| u32::try_from(number).ok())
    }

    pub(crate) fn short(&mut self) -> Option<u16> {
        self.number(2).and_then(|number| u16::try_from(number).ok())
    }

    pub(crate) fn id(&mut self, wide: bool) -> Option<u32> {
        self.number(if wide { 4 } else { 2 })
    }

    /// Reads version and flags of a full box.
    pub(crate) fn version(&mut self) -> Option<(u8, u32)> {
        let word = self.number(4)?;
        let [version, ..] = word.to_be_bytes();
        Some((version, word & 0x00FF_FFFF))
    }

    pub(crate) fn kind(&mut self) -> Option<[u8; 4]> {
        self.take(4)?.try_into().ok()
    }

    /// Returns the first box of a type.
    pub(crate) fn find_box(mut self, wanted: &[u8; 4]) -> Option<Self> {
        loop {
            let (kind, body) = self.next_box()?;
            if &kind == wanted {
                return Some(body);
            }
        }
    }

    /// Returns the type and the contents of the next box.
    pub(crate) fn next_box(&mut self) -> Option<([u8; 4], Self)> {
        let size = self.number(4)?;
        let kind = self.kind()?;
        let body = match size {
            0 => self.0.len(),
            1 => usize::try_from(self.long(8)?.checked_sub(16)?).ok()?,
            _ => usize::try_from(size.checked_sub(8)?).ok()?,
        };
        Some((kind, Self(self.take(body)?)))
    }

    /// Reads the table of items: identifiers and types.
    pub(crate) fn items(&mut self) -> Option<Vec<(u32, [u8; 4])>> {
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

    /// Reads the items with the indices of their properties, counted from one.
    pub(crate) fn associations(&mut self) -> Option<Vec<(u32, Vec<usize>)>> {
        let (version, flags) = self.version()?;
        let mut items = Vec::new();
        for _ in 0..self.number(4)? {
            let id = self.id(version > 0)?;
            let mut indices = Vec::new();
            for _ in 0..self.number(1)? {
                // The first bit marks the property as essential.
                let index = if flags & 1 == 1 { self.number(2)? & 0x7FFF } else { self.number(1)? & 0x7F };
                indices.push(usize::try_from(index).ok()?);
            }
            items.push((id, indices));
        }
        Some(items)
    }

    /// Reads the references between items.
    pub(crate) fn references(&mut self) -> Option<Vec<Reference>> {
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

/// A reference: its type, the item it starts from, and the items it refers to.
pub(crate) type Reference = ([u8; 4], u32, Vec<u32>);
