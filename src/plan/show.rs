//! Plans as text: one operation a line, the same for the same plan. This text is what tests compare.

use std::fmt;

use super::{Op, Plan};
use crate::transform::Flip;

/// Prints as in the [module's example](super).
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut size = self.size;
        for op in &self.ops {
            // A line tells the new size, unless the rectangle in it does.
            size = op.output(size);
            match op {
                Op::Decode { page: 0, .. } => writeln!(f, "decode  {size}"),
                Op::Decode { page, .. } => writeln!(f, "decode  {size} page {}", u64::from(*page) + 1),
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
                Op::Look(look) => writeln!(f, "{look}"),
                Op::Flatten(color) => writeln!(f, "flatten on {color}"),
            }?;
        }
        writeln!(f, "encode  {}", self.size)?;
        for lack in &self.unsupported {
            writeln!(f, "lacks   {}: {}", lack.parameter, lack.reason)?;
        }
        Ok(())
    }
}
