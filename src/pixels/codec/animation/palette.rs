//! [`Palette`]: at most 256 colours, with nearest-colour search and drawing.
//!
//! The nearest colour is searched among few candidates. The colour space is divided into blocks of 8x8x8 levels. When a
//! block is used for the first time, all colours are recorded that are nearest to some point of it.
//!
//! The error of drawing in few colours may be diffused to neighbouring pixels (Floyd and Steinberg, 1976: An adaptive
//! algorithm for spatial greyscale).

/// A colour: red, green, blue.
pub(crate) type Rgb = [u8; 3];

/// A pixel of a patch: a colour to draw, or an open pixel if alpha is 0.
pub(crate) type Pixel = [u8; 4];

/// The weights of differences in red, green and blue.
pub(crate) const WEIGHTS: [u32; 3] = [2, 4, 1];

/// Returns the squared distance between two colours, weighted by [`WEIGHTS`].
pub(crate) fn distance(a: Rgb, b: Rgb) -> u32 {
    let [red, green, blue] = WEIGHTS;
    let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    let ([ar, ag, ab], [br, bg, bb]) = (a, b);
    square(ar, br) * red + square(ag, bg) * green + square(ab, bb) * blue
}

/// A palette, with the state of the search for the nearest colour.
#[derive(Debug, Clone, Default)]
pub(crate) struct Palette {
    colors: Vec<Rgb>,
    /// The colours, channel by channel.
    planes: [Vec<f32>; 3],
    /// The start and end of each block's candidates; both are 0 if they are not known yet.
    blocks: Vec<(u32, u32)>,
    candidates: Vec<(Rgb, u8)>,
    /// The last result, since neighbouring pixels are often equal.
    last: Option<(Rgb, u8)>,
    /// The least distance of each colour from a block. `most` holds the greatest.
    least: Vec<f32>,
    most: Vec<f32>,
    /// The errors diffused to pixels of the current row and of the next.
    debts: [Vec<[i32; 3]>; 2],
}

impl Palette {
    /// Returns a palette of these colours. Colours beyond the first 256 are dropped.
    pub(crate) fn new(colors: &[Rgb]) -> Self {
        let colors: Vec<Rgb> = colors.iter().take(256).copied().collect();
        let plane = |channel: usize| colors.iter().filter_map(|c| c.get(channel).copied().map(f32::from)).collect();
        Self { planes: [0, 1, 2].map(plane), colors, ..Self::default() }
    }

    /// Returns the colours, in order.
    pub(crate) fn colors(&self) -> &[Rgb] {
        &self.colors
    }

    /// Returns the colour with this index, or black if there is none.
    pub(crate) fn color(&self, index: u8) -> Rgb {
        self.colors.get(usize::from(index)).copied().unwrap_or_default()
    }

    /// Returns the index of the colour nearest to `wanted`.
    pub(crate) fn nearest(&mut self, wanted: Rgb) -> u8 {
        if let Some((_, index)) = self.last.filter(|(color, _)| *color == wanted) {
            return index;
        }
        let block = block(wanted);
        let (start, end) = match self.blocks.get(block) {
            Some(&(start, end)) if end > 0 => (start, end),
            _ => self.explore(block, wanted),
        };
        let mut best = (u32::MAX, 0);
        for &(color, index) in self.candidates.get(start as usize..end as usize).unwrap_or_default() {
            let far = distance(color, wanted);
            if far < best.0 {
                best = (far, index);
            }
        }
        self.last = Some((wanted, best.1));
        best.1
    }

    /// Records all colours that may be nearest to some colour in a block, which contains `inside`.
    ///
    /// The smallest of the greatest distances bounds the distance to the nearest colour everywhere in the block.
    /// Colours whose least distance is larger are excluded.
    fn explore(&mut self, block: usize, inside: Rgb) -> (u32, u32) {
        self.blocks.resize(1 << (3 * BLOCK_BITS), (0, 0));
        for distances in [&mut self.least, &mut self.most] {
            distances.clear();
            distances.resize(self.colors.len(), 0.0);
        }
        for ((plane, level), weight) in self.planes.iter().zip(inside).zip(WEIGHTS) {
            let low = f32::from(level >> BLOCK_SHIFT << BLOCK_SHIFT);
            let high = low + f32::from((1_u8 << BLOCK_SHIFT) - 1);
            let weight = f32::from(u8::try_from(weight).unwrap_or(1));
            for ((at, least), most) in plane.iter().zip(&mut self.least).zip(&mut self.most) {
                let (below, above) = (low - at, at - high);
                let near = if below > above { below } else { above };
                let near = if near > 0.0 { near } else { 0.0 };
                let far = if below < above { below } else { above };
                *least += near * near * weight;
                *most += far * far * weight;
            }
        }
        let reach = self.most.iter().copied().fold(f32::MAX, f32::min);
        let count = |candidates: &Vec<_>| u32::try_from(candidates.len()).unwrap_or(0);
        let start = count(&self.candidates);
        let numbered = self.colors.iter().copied().zip(0..=u8::MAX).zip(&self.least);
        self.candidates.extend(numbered.filter(|(_, least)| **least <= reach).map(|(candidate, _)| candidate));
        let range = (start, count(&self.candidates));
        if let Some(slot) = self.blocks.get_mut(block) {
            *slot = range;
        }
        range
    }

    /// Draws a patch: appends, for each pixel, the index of the nearest colour, or `open`.
    pub(crate) fn draw(&mut self, patch: &[Pixel], open: u8, out: &mut Vec<u8>) {
        out.extend(patch.iter().map(|&[r, g, b, a]| if a == 0 { open } else { self.nearest([r, g, b]) }));
    }

    /// Draws a patch of this width, and diffuses the error of each pixel to the pixels to the right and below.
    pub(crate) fn dither(&mut self, patch: &[Pixel], width: usize, open: u8, out: &mut Vec<u8>) {
        let [mut here, mut next] = std::mem::take(&mut self.debts);
        for row in [&mut here, &mut next] {
            row.clear();
            // One additional entry on each side.
            row.resize(width + 2, [0; 3]);
        }
        for row in patch.chunks_exact(width.max(1)) {
            let mut ahead = [0; 3];
            for (x, &[r, g, b, a]) in row.iter().enumerate() {
                if a == 0 {
                    out.push(open);
                    ahead = [0; 3];
                    continue;
                }
                let debt = here.get(x + 1).copied().unwrap_or_default();
                let wanted = add([r, g, b], debt, ahead);
                let index = self.nearest(wanted);
                out.push(index);
                let lack = subtract(wanted, self.color(index));
                ahead = lack.map(|lack| lack * 7);
                if let Some([left, below, right]) = next.get_mut(x..x + 3).and_then(|three| three.first_chunk_mut()) {
                    give(left, lack, 3);
                    give(below, lack, 5);
                    give(right, lack, 1);
                }
            }
            std::mem::swap(&mut here, &mut next);
            next.fill([0; 3]);
        }
        self.debts = [here, next];
    }
}

/// Adds errors, in sixteenths. A small part is dropped, since noise would otherwise travel far.
fn add(color: Rgb, debt: [i32; 3], ahead: [i32; 3]) -> Rgb {
    const KEPT: i32 = 14;
    let mut sum = color;
    for ((level, debt), ahead) in sum.iter_mut().zip(debt).zip(ahead) {
        let wanted = i32::from(*level) + (((debt + ahead) * KEPT + 128) >> 8);
        *level = u8::try_from(wanted.clamp(0, 255)).unwrap_or(u8::MAX);
    }
    sum
}

fn subtract(wanted: Rgb, got: Rgb) -> [i32; 3] {
    let mut lack = wanted.map(i32::from);
    for (lack, got) in lack.iter_mut().zip(got) {
        *lack -= i32::from(got);
    }
    lack
}

fn give(to: &mut [i32; 3], lack: [i32; 3], share: i32) {
    for (to, lack) in to.iter_mut().zip(lack) {
        *to += lack * share;
    }
}

/// The number of high bits of a level that select a block.
const BLOCK_BITS: u32 = 5;
const BLOCK_SHIFT: u32 = 8 - BLOCK_BITS;

fn block(color: Rgb) -> usize {
    let [r, g, b] = color.map(|level| usize::from(level >> BLOCK_SHIFT));
    (r << (2 * BLOCK_BITS)) | (g << BLOCK_BITS) | b
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random() -> impl Iterator<Item = Rgb> {
        let mut state = 0x2545_F491_u32;
        std::iter::repeat_with(move || {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            let [r, g, b, _] = state.to_le_bytes();
            [r, g, b]
        })
    }

    #[test]
    fn finds_the_nearest_as_looking_at_all_does() {
        for count in [1, 2, 7, 100, 256] {
            let colors: Vec<Rgb> = random().skip(5).take(count).map(|[r, g, b]| [r, g / 3, b / 2]).collect();
            let mut palette = Palette::new(&colors);
            for wanted in random().take(5000) {
                let index = palette.nearest(wanted);
                let least = colors.iter().map(|color| distance(*color, wanted)).min();
                assert_eq!(Some(distance(palette.color(index), wanted)), least, "{wanted:?} of {count}");
            }
        }
        assert_eq!(Palette::new(&[]).nearest([1, 2, 3]), 0);
    }

    #[test]
    fn dithering_keeps_the_mean() {
        let mut palette = Palette::new(&[[0; 3], [255; 3]]);
        let patch = vec![[100, 100, 100, 255]; 64 * 64];
        let mut out = Vec::new();
        palette.dither(&patch, 64, 2, &mut out);
        let white = out.iter().filter(|index| **index == 1).count();
        assert!((1400..=1650).contains(&white), "{white} of 4096 are white, 1606 would be exact");
        out.clear();
        palette.draw(&patch, 2, &mut out);
        assert!(out.iter().all(|index| *index == 0));
    }

    #[test]
    fn open_pixels_stay_open() {
        let mut palette = Palette::new(&[[0; 3], [255; 3]]);
        let patch: Vec<Pixel> = (0..90).map(|i| [128, 128, 128, if i % 3 == 0 { 0 } else { 255 }]).collect();
        for dither in [false, true] {
            let mut out = Vec::new();
            if dither {
                palette.dither(&patch, 10, 7, &mut out);
            } else {
                palette.draw(&patch, 7, &mut out);
            }
            assert!(out.iter().enumerate().all(|(i, index)| (*index == 7) == (i % 3 == 0)));
        }
    }
}
