//! Values of paint and effects.

use super::{Expected, Host, Measure, Reason, Spot, Value, integer, snum, subparams, unum, whole, write_subparam};
use crate::color::Color;
use crate::number::Number;
use crate::syntax::prompt;
use crate::transform::{
    Background, Border, Colorize, Corner, Direction, Distort, Gradient, Gravity, Radius, Replace, Shadow, Sharpen,
    Unsharp,
};

impl Value for Color {
    fn read(text: &str) -> Result<Self, Expected> {
        text.parse().map_err(|_| "a colour such as `FF0000`, `FF000040` or `red`")
    }
    fn write(&self, out: &mut String) {
        out.push_str(&self.to_string());
    }
}

impl Value for Background {
    fn read(text: &str) -> Result<Self, Expected> {
        if let Ok(color) = text.parse() {
            return Ok(Self::Color(color));
        }
        if let Some(request) = text.strip_prefix("genfill") {
            let prompt = match request.strip_prefix('-') {
                Some(request) => Some(prompt::read(request)?),
                None if request.is_empty() => None,
                None => return Err("`genfill` and a prompt"),
            };
            return Ok(Self::GenerativeFill { prompt });
        }
        let mut parts = text.split('_');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some("dominant"), None, ..) => Ok(Self::Dominant),
            (Some("gradient"), Some("dominant"), None | Some("2"), None) => Ok(Self::GradientDominant { palette: 2 }),
            (Some("gradient"), Some("dominant"), Some("4"), None) => Ok(Self::GradientDominant { palette: 4 }),
            (Some("blurred"), intensity, brightness, None) => blurred(intensity, brightness),
            _ => Err("a colour, `blurred`, `dominant`, `gradient_dominant` or `genfill`"),
        }
    }
    fn write(&self, out: &mut String) {
        match self {
            Self::Color(color) => color.write(out),
            Self::Dominant => out.push_str("dominant"),
            Self::GradientDominant { palette: 2 } => out.push_str("gradient_dominant"),
            Self::GradientDominant { palette } => out.push_str(&format!("gradient_dominant_{palette}")),
            Self::GenerativeFill { prompt: None } => out.push_str("genfill"),
            Self::GenerativeFill { prompt: Some(prompt) } => {
                out.push_str("genfill-");
                prompt::write(prompt, out);
            }
            Self::Blurred { intensity, brightness } => {
                out.push_str("blurred");
                match intensity {
                    Some(intensity) => out.push_str(&format!("_{intensity}")),
                    None if *brightness != 0 => out.push_str("_auto"),
                    None => {}
                }
                if *brightness != 0 {
                    out.push('_');
                    Number::from(i32::from(*brightness)).write(out);
                }
            }
        }
    }
    fn fits(&self, spot: &Spot<'_>) -> Result<(), Reason> {
        match (self, spot.host) {
            (Self::Color(_), _) | (_, Host::Base) => Ok(()),
            (Self::GenerativeFill { .. }, _) => Err(Reason::NotHere),
            (_, Host::Image) => Ok(()),
            (_, Host::Canvas | Host::Text | Host::Subtitles) => Err(Reason::BadValue("a colour")),
        }
    }
}

fn blurred(intensity: Option<&str>, brightness: Option<&str>) -> Result<Background, Expected> {
    const EXPECTED: Expected = "`blurred`, a strength from 0 to 100 or `auto`, and a brightness from N255 to 255";
    let intensity = match intensity {
        None | Some("auto") => None,
        Some(text) => Some(unum(text).filter(|n| *n <= 100.into()).ok_or(EXPECTED)?),
    };
    let brightness = brightness.map_or(Some(0), |text| integer(text, -255..=255)).ok_or(EXPECTED)?;
    Ok(Background::Blurred { intensity, brightness })
}

impl Value for Border {
    fn read(text: &str) -> Result<Self, Expected> {
        // `b-5-FFF000` is in the documentation's syntax line, `b-5_FFF000` in its examples.
        ['_', '-']
            .into_iter()
            .find_map(|separator| {
                let (width, color) = text.rsplit_once(separator)?;
                let color = color.parse().ok()?;
                let width = Measure::read(width).ok()?;
                let negative = matches!(width, Measure::Px(number) if number.is_negative());
                (!negative).then_some(Self { width, color })
            })
            .ok_or("a width and a colour such as `5_red`")
    }
    fn write(&self, out: &mut String) {
        self.width.write(out);
        out.push('_');
        self.color.write(out);
    }
    fn fits(&self, spot: &Spot<'_>) -> Result<(), Reason> {
        self.width.fits(spot)
    }
}

impl Value for Radius {
    fn read(text: &str) -> Result<Self, Expected> {
        let corner = |text| match text {
            "max" => Some(Corner::Max),
            _ => whole(text).map(Corner::Px),
        };
        let corners: Option<Vec<_>> = text.split('_').map(corner).collect();
        match corners.as_deref() {
            Some(&[all]) if all != Corner::Px(0) => Ok(Self::All(all)),
            Some(&[a, b, c, d]) => Ok(Self::Each([a, b, c, d])),
            _ => Err("pixels above zero, `max`, or four of these joined by `_`"),
        }
    }
    fn write(&self, out: &mut String) {
        let corner = |corner: &Corner| match corner {
            Corner::Px(px) => px.to_string(),
            Corner::Max => "max".to_owned(),
        };
        match self {
            Self::All(all) => out.push_str(&corner(all)),
            Self::Each(corners) => out.push_str(&corners.each_ref().map(corner).join("_")),
        }
    }
}

impl Value for Replace {
    fn read(text: &str) -> Result<Self, Expected> {
        const EXPECTED: Expected = "a colour, a tolerance from 0 to 100 and another colour, joined by `_`";
        let mut parts = text.split('_');
        let to = parts.next().and_then(|color| color.parse().ok()).ok_or(EXPECTED)?;
        let tolerance = parts.next().map_or(Some(35), whole).filter(|t| *t <= 100).ok_or(EXPECTED)?;
        let from = parts.next().map(str::parse).transpose().map_err(|_| EXPECTED)?;
        if parts.next().is_some() { Err(EXPECTED) } else { Ok(Self { to, tolerance, from }) }
    }
    fn write(&self, out: &mut String) {
        out.push_str(&format!("{}_{}", self.to, self.tolerance));
        if let Some(from) = self.from {
            out.push_str(&format!("_{from}"));
        }
    }
}

impl Value for Colorize {
    fn read(text: &str) -> Result<Self, Expected> {
        const EXPECTED: Expected = "`co-` a colour and `in-` 0 to 100, joined by `_`";
        let mut it = Self::default();
        if text.is_empty() {
            return Ok(it);
        }
        for (key, value) in subparams(text, &["co", "in"]).ok_or(EXPECTED)? {
            match key {
                "co" => it.color = Some(value.parse().map_err(|_| EXPECTED)?),
                _ => it.intensity = Some(integer(value, 0..=100).ok_or(EXPECTED)?),
            }
        }
        Ok(it)
    }
    fn write(&self, out: &mut String) {
        write_subparam("co", self.color.as_ref(), out);
        write_subparam("in", self.intensity.as_ref(), out);
    }
}

impl Value for Sharpen {
    fn read(text: &str) -> Result<Self, Expected> {
        if text.is_empty() {
            return Ok(Self::Default);
        }
        unum(text).filter(|n| !n.is_zero()).map(Self::Amount).ok_or("a number above zero, or nothing")
    }
    fn write(&self, out: &mut String) {
        if let Self::Amount(amount) = self {
            amount.write(out);
        }
    }
}

impl Value for Unsharp {
    fn read(text: &str) -> Result<Self, Expected> {
        if text.is_empty() {
            return Ok(Self::Default);
        }
        let parts: Option<Vec<_>> = text.split('-').map(unum).collect();
        match parts.as_deref() {
            Some(&[radius, sigma, amount, threshold]) => Ok(Self::Exact { radius, sigma, amount, threshold }),
            _ => Err("radius, sigma, amount and threshold, joined by `-`"),
        }
    }
    fn write(&self, out: &mut String) {
        if let Self::Exact { radius, sigma, amount, threshold } = self {
            out.push_str(&format!("{radius}-{sigma}-{amount}-{threshold}"));
        }
    }
}

impl Value for Gradient {
    fn read(text: &str) -> Result<Self, Expected> {
        const EXPECTED: Expected = "`ld-` a direction, `from-` and `to-` a colour, `sp-` a stop above zero";
        let mut it = Self::default();
        if text.is_empty() {
            return Ok(it);
        }
        for (key, value) in subparams(text, &["ld", "from", "to", "sp"]).ok_or(EXPECTED)? {
            match key {
                "ld" => it.direction = Some(Direction::read(value)?),
                "from" => it.from = Some(value.parse().map_err(|_| EXPECTED)?),
                "to" => it.to = Some(value.parse().map_err(|_| EXPECTED)?),
                _ => {
                    let stop = Measure::read(value).map_err(|_| EXPECTED)?;
                    let nowhere = matches!(stop, Measure::Px(number) if number <= Number::ZERO);
                    it.stop = Some(stop).filter(|_| !nowhere);
                    it.stop.as_ref().ok_or(EXPECTED)?;
                }
            }
        }
        Ok(it)
    }
    fn write(&self, out: &mut String) {
        write_subparam("ld", self.direction.as_ref(), out);
        write_subparam("from", self.from.as_ref(), out);
        write_subparam("to", self.to.as_ref(), out);
        write_subparam("sp", self.stop.as_ref(), out);
    }
    fn fits(&self, spot: &Spot<'_>) -> Result<(), Reason> {
        self.stop.as_ref().map_or(Ok(()), |stop| stop.fits(spot))
    }
}

impl Value for Direction {
    fn read(text: &str) -> Result<Self, Expected> {
        if let Ok(side) = Gravity::read(text) {
            return if side == Gravity::Center { Err("a side or a corner") } else { Ok(Self::Side(side)) };
        }
        // The documentation lists `topleft` and uses `top_right`.
        match text {
            "topleft" => Ok(Self::Side(Gravity::TopLeft)),
            "topright" => Ok(Self::Side(Gravity::TopRight)),
            "bottomleft" => Ok(Self::Side(Gravity::BottomLeft)),
            "bottomright" => Ok(Self::Side(Gravity::BottomRight)),
            _ => integer(text, 0..=359).map(Self::Degrees).ok_or("a side, a corner or degrees from 0 to 359"),
        }
    }
    fn write(&self, out: &mut String) {
        match self {
            Self::Side(side) => side.write(out),
            Self::Degrees(degrees) => out.push_str(&degrees.to_string()),
        }
    }
}

impl Value for Shadow {
    fn read(text: &str) -> Result<Self, Expected> {
        const EXPECTED: Expected = "`bl-` 0 to 15, `st-` 0 to 100, `x-` and `y-` N100 to 100, joined by `_`";
        let mut it = Self::default();
        if text.is_empty() {
            return Ok(it);
        }
        for (key, value) in subparams(text, &["bl", "st", "x", "y"]).ok_or(EXPECTED)? {
            match key {
                "bl" => it.blur = Some(integer(value, 0..=15).ok_or(EXPECTED)?),
                "st" => it.strength = Some(integer(value, 0..=100).ok_or(EXPECTED)?),
                "x" => it.x = Some(integer(value, -100..=100).ok_or(EXPECTED)?),
                _ => it.y = Some(integer(value, -100..=100).ok_or(EXPECTED)?),
            }
        }
        Ok(it)
    }
    fn write(&self, out: &mut String) {
        let number = |n: i8| Number::from(i32::from(n));
        write_subparam("bl", self.blur.as_ref(), out);
        write_subparam("st", self.strength.as_ref(), out);
        write_subparam("x", self.x.map(number).as_ref(), out);
        write_subparam("y", self.y.map(number).as_ref(), out);
    }
}

impl Value for Distort {
    fn read(text: &str) -> Result<Self, Expected> {
        const EXPECTED: Expected = "`p-` the eight coordinates of a convex shape, or `a-` N360 to 360 degrees";
        if let Some(degrees) = text.strip_prefix("a-") {
            return snum(degrees).filter(|d| d.abs() <= 360.into()).map(Self::Arc).ok_or(EXPECTED);
        }
        let corners = text.strip_prefix("p-").ok_or(EXPECTED)?;
        let numbers: Vec<_> = corners.split('_').map(snum).collect::<Option<_>>().ok_or(EXPECTED)?;
        let corners: [Number; 8] = numbers.try_into().map_err(|_| EXPECTED)?;
        if is_convex(&corners) { Ok(Self::Perspective(corners)) } else { Err(EXPECTED) }
    }
    fn write(&self, out: &mut String) {
        match self {
            Self::Arc(degrees) => {
                out.push_str("a-");
                degrees.write(out);
            }
            Self::Perspective(corners) => {
                out.push('p');
                for (n, coordinate) in corners.iter().enumerate() {
                    out.push(if n == 0 { '-' } else { '_' });
                    coordinate.write(out);
                }
            }
        }
    }
}

/// Returns `true` if the path through the corners turns right at each of them. Other shapes have no perspective.
fn is_convex(corners: &[Number; 8]) -> bool {
    let [ax, ay, bx, by, cx, cy, dx, dy] = corners.map(Number::to_f64);
    let corners = [(ax, ay), (bx, by), (cx, cy), (dx, dy), (ax, ay), (bx, by)];
    corners.windows(3).all(|corners| match *corners {
        [(ax, ay), (bx, by), (cx, cy)] => (bx - ax) * (cy - by) - (by - ay) * (cx - bx) > 0.0,
        _ => false,
    })
}
