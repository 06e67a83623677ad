//! Values of size, crop, position and source.

use super::{Expected, Expr, Host, Reason, Spot, Value, sign, snum, unum, whole, words};
use crate::number::Number;
use crate::path::AssetPath;
use crate::syntax::plain::plain_path;
use crate::transform::{
    Aspect, Blend, Dpr, Flip, Focus, Gravity, Length, Mode, Name, Object, Offset, PageRange, Pages, Rotation, Strategy,
    Trim,
};

impl Value for Length {
    fn read(text: &str) -> Result<Self, Expected> {
        const EXPECTED: Expected = "pixels from 1 to 65535, a share between 0 and 1, `auto`, or an expression";
        if text == "auto" {
            return Ok(Self::Auto);
        }
        match unum(text) {
            Some(number) if number >= Number::ONE => Ok(Self::Px(number)),
            Some(number) if number > Number::ZERO => Ok(Self::Share(number)),
            Some(_) => Err(EXPECTED),
            None => Expr::read(text).map(Self::Expr).map_err(|_| EXPECTED),
        }
    }
    fn write(&self, out: &mut String) {
        match self {
            Self::Px(number) | Self::Share(number) => number.write(out),
            Self::Auto => out.push_str("auto"),
            Self::Expr(expr) => expr.write(out),
        }
    }
    fn fits(&self, spot: &Spot<'_>) -> Result<(), Reason> {
        match self {
            Self::Px(number) if *number > Number::from(spot.limits.side) => {
                Err(Reason::BadValue("a side within the limit"))
            }
            Self::Auto if matches!(spot.host, Host::Canvas | Host::Text) => {
                Err(Reason::BadValue("pixels or an expression"))
            }
            Self::Share(_) if spot.host == Host::Text => Err(Reason::BadValue("pixels or an expression")),
            Self::Px(_) | Self::Auto | Self::Share(_) => Ok(()),
            Self::Expr(expr) => expr.fits(spot),
        }
    }
}

impl Value for Aspect {
    fn read(text: &str) -> Result<Self, Expected> {
        const EXPECTED: Expected = "a ratio such as `4-3`, a number above zero, or an expression";
        let above_zero = |text: &str| unum(text).filter(|number| *number > Number::ZERO);
        // `:` is accepted for `ar-4:3`, which ImageKit's SDKs write.
        if let Some((width, height)) = text.split_once(['-', '_', ':'])
            && let (Some(width), Some(height)) =
                (above_zero(width.trim_matches(' ')), above_zero(height.trim_matches(' ')))
        {
            return Ok(Self::Ratio(width, height));
        }
        match unum(text) {
            Some(number) if number > Number::ZERO => Ok(Self::Ratio(number, Number::ONE)),
            Some(_) => Err(EXPECTED),
            None => Expr::read(text).map(Self::Expr).map_err(|_| EXPECTED),
        }
    }
    fn write(&self, out: &mut String) {
        match self {
            Self::Ratio(width, height) => out.push_str(&format!("{width}-{height}")),
            Self::Expr(expr) => expr.write(out),
        }
    }
    fn fits(&self, spot: &Spot<'_>) -> Result<(), Reason> {
        match self {
            Self::Ratio(..) => Ok(()),
            Self::Expr(expr) => expr.fits(spot),
        }
    }
}

impl Value for Dpr {
    fn read(text: &str) -> Result<Self, Expected> {
        const EXPECTED: Expected = "a number from 0.1 to 5, `auto`, or an expression";
        if text == "auto" {
            return Ok(Self::Auto);
        }
        match unum(text) {
            Some(number) if Number::from_decimal(1, 1).is_some_and(|least| number >= least) && number <= 5.into() => {
                Ok(Self::Factor(number))
            }
            Some(_) => Err(EXPECTED),
            None => Expr::read(text).map(Self::Expr).map_err(|_| EXPECTED),
        }
    }
    fn write(&self, out: &mut String) {
        match self {
            Self::Factor(number) => number.write(out),
            Self::Auto => out.push_str("auto"),
            Self::Expr(expr) => expr.write(out),
        }
    }
    fn fits(&self, spot: &Spot<'_>) -> Result<(), Reason> {
        match self {
            Self::Factor(_) | Self::Auto => Ok(()),
            Self::Expr(expr) => expr.fits(spot),
        }
    }
}

impl Value for Trim {
    fn read(text: &str) -> Result<Self, Expected> {
        match text {
            "true" => Ok(Self::On),
            "false" => Ok(Self::Off),
            _ => whole(text)
                .filter(|percent| (1..=99).contains(percent))
                .map(Self::Percent)
                .ok_or("`true`, `false`, or a percentage from 1 to 99"),
        }
    }
    fn write(&self, out: &mut String) {
        match self {
            Self::On => out.push_str("true"),
            Self::Off => out.push_str("false"),
            Self::Percent(percent) => percent.write(out),
        }
    }
}

impl Value for Rotation {
    fn read(text: &str) -> Result<Self, Expected> {
        match text {
            "auto" => Ok(Self::Auto),
            _ => snum(text).map(Self::Degrees).ok_or("degrees or `auto`"),
        }
    }
    fn write(&self, out: &mut String) {
        match self {
            Self::Auto => out.push_str("auto"),
            Self::Degrees(degrees) => degrees.write(out),
        }
    }
    fn fits(&self, spot: &Spot<'_>) -> Result<(), Reason> {
        // A rendered text has no EXIF orientation.
        if *self == Self::Auto && spot.host == Host::Text { Err(Reason::BadValue("degrees")) } else { Ok(()) }
    }
}

impl Value for Pages {
    fn read(text: &str) -> Result<Self, Expected> {
        const EXPECTED: Expected = "pages such as `2`, `2-4_6-` or `name-\"sky\"`";
        if let Some(name) = text.strip_prefix("name-").filter(|name| !name.is_empty() && !name.contains('"')) {
            // A single name needs no quotes (`pg-name-layer-4`, ImageKit's SDKs).
            return Ok(Self::Names(vec![name.to_owned()]));
        }
        if let Some(names) = text.strip_prefix("name-") {
            let names = names.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or(EXPECTED)?;
            let names: Vec<_> = names.split("\"_\"").map(str::to_owned).collect();
            let fine = !names.iter().any(|name| name.contains('"'));
            return if fine { Ok(Self::Names(names)) } else { Err(EXPECTED) };
        }
        text.split('_').map(page_range).collect::<Option<_>>().map(Self::Numbers).ok_or(EXPECTED)
    }
    fn write(&self, out: &mut String) {
        let parts: Vec<_> = match self {
            Self::Names(names) => names.iter().map(|name| format!("\"{name}\"")).collect(),
            Self::Numbers(ranges) => ranges
                .iter()
                .map(|range| match range.last {
                    None => format!("{}-", range.first),
                    Some(last) if last == range.first => last.to_string(),
                    Some(last) => format!("{}-{last}", range.first),
                })
                .collect(),
        };
        out.push_str(if matches!(self, Self::Names(_)) { "name-" } else { "" });
        out.push_str(&parts.join("_"));
    }
    fn fits(&self, spot: &Spot<'_>) -> Result<(), Reason> {
        // Documented: conditionals do not support `pg`.
        if spot.branch { Err(Reason::NotHere) } else { Ok(()) }
    }
}

fn page_range(text: &str) -> Option<PageRange> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let first = whole(first).filter(|page| *page > 0)?;
    let last = if last.is_empty() { None } else { Some(whole(last).filter(|last| *last >= first)?) };
    Some(PageRange { first, last })
}

impl Value for Focus {
    fn read(text: &str) -> Result<Self, Expected> {
        if let Ok(side) = Gravity::read(text) {
            return Ok(Self::Side(side));
        }
        match text {
            "auto" => Ok(Self::Auto),
            "auto-custom_override" => Ok(Self::AutoCustomOverride),
            "face" => Ok(Self::Face),
            "custom" => Ok(Self::Custom),
            _ => text
                .split('_')
                .map(Object::new)
                .collect::<Option<_>>()
                .map(Self::Objects)
                .ok_or("a side, `auto`, `face`, `custom`, or names of objects"),
        }
    }
    fn write(&self, out: &mut String) {
        match self {
            Self::Side(side) => side.write(out),
            Self::Auto => out.push_str("auto"),
            Self::AutoCustomOverride => out.push_str("auto-custom_override"),
            Self::Face => out.push_str("face"),
            Self::Custom => out.push_str("custom"),
            Self::Objects(objects) => {
                let names: Vec<_> = objects.iter().map(|object| object.name()).collect();
                out.push_str(&names.join("_"));
            }
        }
    }
}

impl Value for Name {
    fn read(text: &str) -> Result<Self, Expected> {
        Self::new(text).ok_or("a name of letters, digits, `_` and `-`")
    }
    fn write(&self, out: &mut String) {
        out.push_str(self.as_str());
    }
}

/// The value of `di`. The paths of layers are read with the layers, because an invalid one refuses the whole text
/// there.
impl Value for AssetPath {
    fn read(text: &str) -> Result<Self, Expected> {
        Self::from_text(&path_text(text)).map_err(|_| "a path with `/` written as `@@`")
    }
    fn write(&self, out: &mut String) {
        plain_path(&self.decoded(), out);
    }
}

/// Returns a path as text from the spelling with `@@`. Spaces at its ends are removed together with the slashes: a URL
/// cannot hold them.
pub(super) fn path_text(text: &str) -> String {
    text.replace("@@", "/").trim_matches(['/', ' ']).to_owned()
}

impl Value for Offset {
    fn read(text: &str) -> Result<Self, Expected> {
        let (far, digits) = sign(text);
        match unum(digits) {
            Some(distance) if far => Ok(Self::Far(distance)),
            Some(distance) => Ok(Self::Near(distance)),
            None => Expr::read(text).map(Self::Expr).map_err(|_| "a number or an expression"),
        }
    }
    fn write(&self, out: &mut String) {
        match self {
            Self::Near(distance) => distance.write(out),
            Self::Far(distance) => out.push_str(&format!("N{distance}")),
            Self::Expr(expr) => expr.write(out),
        }
    }
    fn fits(&self, spot: &Spot<'_>) -> Result<(), Reason> {
        match self {
            Self::Near(_) | Self::Far(_) => Ok(()),
            Self::Expr(expr) => expr.fits(spot),
        }
    }
}

words!(Flip, "`h`, `v` or `h_v`", "h" => Flip::Horizontal, "v" => Flip::Vertical, "h_v" => Flip::Both, "v_h" => Flip::Both);
words!(Strategy, "a crop strategy such as `at_max`",
    "maintain_ratio" => Strategy::MaintainRatio,
    "maintain_ratio_no_enlarge" => Strategy::MaintainRatioNoEnlarge,
    "force" => Strategy::Force,
    "at_max" => Strategy::AtMax,
    "at_max_enlarge" => Strategy::AtMaxEnlarge,
    "at_least" => Strategy::AtLeast,
);
words!(Mode, "a crop mode such as `pad_resize`",
    "extract" => Mode::Extract,
    "pad_resize" => Mode::PadResize,
    "pad_extract" => Mode::PadExtract,
    "pad_resize_no_enlarge" => Mode::PadResizeNoEnlarge,
    "pad_extract_no_shrink" => Mode::PadExtractNoShrink,
);
words!(Gravity, "a side, a corner or `center`",
    "center" => Gravity::Center,
    "top" => Gravity::Top,
    "left" => Gravity::Left,
    "bottom" => Gravity::Bottom,
    "right" => Gravity::Right,
    "top_left" => Gravity::TopLeft,
    "top_right" => Gravity::TopRight,
    "bottom_left" => Gravity::BottomLeft,
    "bottom_right" => Gravity::BottomRight,
);
words!(Blend, "`multiply`, `displace`, `cutout` or `cutter`",
    "multiply" => Blend::Multiply,
    "displace" => Blend::Displace,
    // Third parties write this word.
    "displacement" => Blend::Displace,
    "cutout" => Blend::Cutout,
    "cutter" => Blend::Cutter,
);
