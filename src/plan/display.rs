//! Plans as text: one operation per line, deterministic. The tests compare this text.

use std::fmt;

use super::op::{Mix, Op, Plan, Thumbnail};
use crate::geometry::Rect;
use crate::transform::Flip;

/// Prints as in the [module's example](super).
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines(f, 0)?;
        writeln!(f, "encode  {}", self.size)?;
        for lack in &self.unsupported {
            writeln!(f, "lacks   {}: {}", lack.parameter, lack.reason)?;
        }
        Ok(())
    }
}

impl Plan {
    /// Prints the operations. Those of a layer follow the line that draws it, indented.
    fn lines(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let mut size = self.size;
        for op in &self.ops {
            // A line states the new size, unless the rectangle in it does.
            size = op.output(size);
            write!(f, "{:1$}", "", depth * 2)?;
            match op {
                Op::Decode { file, page, .. } => {
                    write!(f, "decode  {size}")?;
                    if let Some(file) = file {
                        write!(f, " {file}")?;
                    }
                    match page {
                        0 => writeln!(f),
                        page => writeln!(f, " page {}", u64::from(*page) + 1),
                    }
                }
                Op::Thumbnail { file, wanted } => {
                    write!(f, "thumbnail {wanted} -> {size}")?;
                    file.iter().try_for_each(|file| write!(f, " {file}"))?;
                    writeln!(f)
                }
                Op::Canvas { color, .. } => writeln!(f, "canvas  {size} of {color}"),
                Op::Text { block, .. } => {
                    writeln!(f, "text    {size} of {:?} at {} in {}", block.text, block.size, block.color)
                }
                Op::Orient(orientation) => writeln!(f, "orient  exif {} -> {size}", orientation.to_exif()),
                Op::Trim(rect) => writeln!(f, "trim    {rect}"),
                Op::Crop(rect) => writeln!(f, "crop    {rect}"),
                Op::Resize { from, .. } => writeln!(f, "resize  {from} -> {size}"),
                Op::Extend { at, fill, .. } => {
                    writeln!(f, "extend  at {},{} on {fill} -> {size}", at.x, at.y)
                }
                Op::Flip(Flip::Horizontal) => writeln!(f, "flip    h"),
                Op::Flip(Flip::Vertical) => writeln!(f, "flip    v"),
                Op::Flip(Flip::Both) => writeln!(f, "flip    h_v"),
                Op::Border { width, color } => writeln!(f, "border  {width} of {color} -> {size}"),
                Op::Rotate { degrees, fill: None, .. } => writeln!(f, "rotate  {degrees} -> {size}"),
                Op::Rotate { degrees, fill: Some(fill), .. } => {
                    writeln!(f, "rotate  {degrees} on {fill} -> {size}")
                }
                Op::Adjust(look) => writeln!(f, "{look}"),
                Op::Distort { how, .. } => writeln!(f, "{how} -> {size}"),
                Op::Flatten(color) => writeln!(f, "flatten on {color}"),
                Op::Effect { effect, .. } => writeln!(f, "effect  {} -> {size}", effect.key()),
                Op::Compose { layer, at, mix } => {
                    writeln!(f, "compose at {},{}{mix}", at.x, at.y)?;
                    layer.lines(f, depth + 1)
                }
            }?;
        }
        Ok(())
    }
}

/// Prints the source region and the decoding options, without the resulting size.
impl fmt::Display for Thumbnail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { size, part, from, scale_eighths, chroma_420, .. } = *self;
        write!(f, "{from} of ")?;
        if part == Rect::full(size) { write!(f, "{size}") } else { write!(f, "{part}") }?;
        if scale_eighths < 8 {
            write!(f, " at {scale_eighths}/8")?;
        }
        if chroma_420 { write!(f, " in planes") } else { Ok(()) }
    }
}

/// Prints nothing for the default mode.
impl fmt::Display for Mix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Over => Ok(()),
            Self::Multiply => write!(f, " multiply"),
            Self::Displace { x, y } => write!(f, " displace by {x},{y}"),
            Self::Cutout => write!(f, " cutout"),
            Self::Cutter => write!(f, " cutter"),
        }
    }
}
