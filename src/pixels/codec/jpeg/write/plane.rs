//! Blocks of samples, cut from planes.

use crate::geometry::Size;

/// The sample rows of a line of blocks. Beyond the edges of the plane the last samples are repeated.
pub(super) struct Line<'a>([&'a [u8]; 8]);

impl<'a> Line<'a> {
    pub(super) fn new(samples: &'a [u8], size: Size, line: u32) -> Self {
        let (top, wide) = (line as usize * 8, size.width as usize);
        let last = size.height.saturating_sub(1) as usize;
        Self(std::array::from_fn(|y| {
            let start = (top + y).min(last) * wide;
            samples.get(start..).and_then(|rest| rest.get(..wide)).unwrap_or_default()
        }))
    }

    /// Returns the samples of block `x`, centred around zero.
    pub(super) fn block(&self, x: u32) -> [[i16; 8]; 8] {
        let mut block = [[0; 8]; 8];
        let left = x as usize * 8;
        for (row, to) in self.0.iter().zip(&mut block) {
            if let Some(from) = row.get(left..).and_then(<[u8]>::first_chunk::<8>) {
                for (to, from) in to.iter_mut().zip(from) {
                    *to = i16::from(*from) - 128;
                }
            } else {
                let end = row.last().copied().unwrap_or(128);
                let inside = row.get(left..).unwrap_or_default().iter().copied();
                for (to, from) in to.iter_mut().zip(inside.chain(std::iter::repeat(end))) {
                    *to = i16::from(from) - 128;
                }
            }
        }
        block
    }
}
