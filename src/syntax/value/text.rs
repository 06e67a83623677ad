//! Values of text layers.

use super::frame::path_text;
use super::{Expected, Expr, Reason, Spot, Value, whole, words};
use crate::syntax::plain::plain_path;
use crate::transform::{Align, Padding, Typography};

/// The value of `ff`: the name of a font, or the path of its file.
impl Value for String {
    fn read(text: &str) -> Result<Self, Expected> {
        Some(path_text(text)).filter(|font| !font.is_empty()).ok_or("a font's name, or the path of its file")
    }
    fn write(&self, out: &mut String) {
        plain_path(self, out);
    }
}

impl Value for Padding {
    fn read(text: &str) -> Result<Self, Expected> {
        let sides: Option<Vec<u32>> = text.split('_').map(whole).collect();
        match sides.as_deref() {
            Some(&[all]) => Ok(Self::Sides([all; 4])),
            Some(&[vertical, horizontal]) => Ok(Self::Sides([vertical, horizontal, vertical, horizontal])),
            Some(&[top, horizontal, bottom]) => Ok(Self::Sides([top, horizontal, bottom, horizontal])),
            Some(&[top, right, bottom, left]) => Ok(Self::Sides([top, right, bottom, left])),
            Some(_) => Err("one to four whole numbers"),
            // An expression of a single number would be a padding that is not whole.
            None => match Expr::read(text) {
                Ok(expr) if super::unum(text).is_none() => Ok(Self::Expr(expr)),
                _ => Err("one to four whole numbers, or an expression"),
            },
        }
    }
    fn write(&self, out: &mut String) {
        match self {
            Self::Expr(expr) => expr.write(out),
            &Self::Sides([top, right, bottom, left]) => out.push_str(&if right != left {
                format!("{top}_{right}_{bottom}_{left}")
            } else if top != bottom {
                format!("{top}_{right}_{bottom}")
            } else if top != right {
                format!("{top}_{right}")
            } else {
                top.to_string()
            }),
        }
    }
    fn fits(&self, spot: &Spot<'_>) -> Result<(), Reason> {
        match self {
            Self::Sides(_) => Ok(()),
            Self::Expr(expr) => expr.fits(spot),
        }
    }
}

impl Value for Typography {
    fn read(text: &str) -> Result<Self, Expected> {
        let mut styles = Self::default();
        for style in text.split('_') {
            match style {
                "b" => styles.bold = true,
                "i" => styles.italic = true,
                "strikethrough" => styles.strikethrough = true,
                _ => return Err("`b`, `i`, `strikethrough`, joined by `_`"),
            }
        }
        Ok(styles)
    }
    fn write(&self, out: &mut String) {
        let styles = [(self.bold, "b"), (self.italic, "i"), (self.strikethrough, "strikethrough")];
        let names: Vec<_> = styles.iter().filter(|(on, _)| *on).map(|(_, name)| *name).collect();
        out.push_str(&names.join("_"));
    }
}

words!(Align, "`left`, `right` or `center`", "left" => Align::Left, "right" => Align::Right, "center" => Align::Center);
