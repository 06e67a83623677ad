//! [`Value`]: parsing and printing the text after a key.

mod encoding;
mod frame;
mod look;
mod text;

use super::expr::name_of;
use crate::limits::Limits;
use crate::number::Number;
use crate::transform::{Expr, Measure, Reason, Term, Variable};

/// The value of a parameter.
///
/// Law: if a value was read, `read` returns the same value from the text that `write` prints for it.
pub(super) trait Value: Sized {
    /// Reads a value from decoded text. The error names the expected syntax.
    fn read(text: &str) -> Result<Self, Expected>;

    /// Appends the canonical spelling, not yet percent-encoded, or nothing if the key is enough.
    fn write(&self, out: &mut String);

    /// Checks that the value is allowed at this place.
    fn fits(&self, _: &Spot<'_>) -> Result<(), Reason> {
        Ok(())
    }
}

/// The syntax that a reader expected, to complete "expected ...".
pub(super) type Expected = &'static str;

/// The place of a parameter.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spot<'a> {
    pub(super) host: Host,
    /// Whether the place is inside a branch of a conditional.
    pub(super) branch: bool,
    pub(super) limits: &'a Limits,
}

/// The kind of image that a parameter acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Host {
    /// The asset.
    Base,
    /// An image or video layer.
    Image,
    /// A layer of one colour or a gradient.
    Canvas,
    /// A text layer.
    Text,
    /// A layer of subtitles.
    Subtitles,
}

/// A parameter that is switched on by its presence. ImageKit's SDKs write odd values after some of them
/// (`e-contrast--`), so any value except `false` counts (chosen).
pub(super) struct Flag;

impl Value for Flag {
    fn read(text: &str) -> Result<Self, Expected> {
        if text == "false" { Err("nothing behind the key") } else { Ok(Self) }
    }
    fn write(&self, _: &mut String) {}
}

impl Value for bool {
    fn read(text: &str) -> Result<Self, Expected> {
        word(&BOOLEANS, text).ok_or("`true` or `false`")
    }
    fn write(&self, out: &mut String) {
        out.push_str(name_of(&BOOLEANS, *self));
    }
}

const BOOLEANS: [(&str, bool); 2] = [("true", true), ("false", false)];

impl Value for u8 {
    fn read(text: &str) -> Result<Self, Expected> {
        whole(text).ok_or("a whole number")
    }
    fn write(&self, out: &mut String) {
        out.push_str(&self.to_string());
    }
}

impl Value for Number {
    fn read(text: &str) -> Result<Self, Expected> {
        snum(text).ok_or("a number")
    }
    fn write(&self, out: &mut String) {
        signed(*self, out);
    }
}

impl Value for Expr {
    fn read(text: &str) -> Result<Self, Expected> {
        text.parse().map_err(|_| "an expression such as `iw_div_2`")
    }
    fn write(&self, out: &mut String) {
        out.push_str(&self.to_string());
    }
    fn fits(&self, spot: &Spot<'_>) -> Result<(), Reason> {
        for term in std::iter::once(&self.first).chain(self.rest.iter().map(|(_, term)| term)) {
            let Term::Variable(variable) = term else { continue };
            let of_base = matches!(variable, Variable::BaseWidth | Variable::BaseHeight | Variable::BaseAspect);
            match (spot.host, variable) {
                (_, Variable::InitialDensity) => return Err(Reason::BadValue("an expression without `idn`")),
                (Host::Image, _) => {}
                (Host::Base, _) if !of_base => {}
                (Host::Canvas | Host::Text | Host::Subtitles, _) if of_base => {}
                _ => return Err(Reason::NotHere),
            }
        }
        Ok(())
    }
}

impl Value for Measure {
    fn read(text: &str) -> Result<Self, Expected> {
        match snum(text) {
            Some(number) => Ok(Self::Px(number)),
            None => Expr::read(text).map(Self::Expr).map_err(|_| "a number or an expression"),
        }
    }
    fn write(&self, out: &mut String) {
        match self {
            Self::Px(number) => signed(*number, out),
            Self::Expr(expr) => expr.write(out),
        }
    }
    fn fits(&self, spot: &Spot<'_>) -> Result<(), Reason> {
        match self {
            Self::Px(_) => Ok(()),
            Self::Expr(expr) => expr.fits(spot),
        }
    }
}

/// Implements [`Value`] for an enumeration: one word per value. If a value has several words, the first is printed.
macro_rules! words {
    ($type:ty, $expected:literal, $($word:literal => $value:expr),+ $(,)?) => {
        impl $crate::syntax::value::Value for $type {
            fn read(text: &str) -> Result<Self, $crate::syntax::value::Expected> {
                $crate::syntax::value::word(&[$(($word, $value)),+], text).ok_or($expected)
            }
            fn write(&self, out: &mut String) {
                out.push_str($crate::syntax::expr::name_of(&[$(($word, $value)),+], *self));
            }
        }
    };
}
pub(super) use words;

/// Returns the value of a word in a table.
fn word<T: Copy>(table: &[(&'static str, T)], text: &str) -> Option<T> {
    table.iter().find(|(word, _)| *word == text).map(|(_, value)| *value)
}

/// Reads a number without a sign.
fn unum(text: &str) -> Option<Number> {
    if text.starts_with('-') { None } else { text.parse().ok() }
}

/// Reads a number with an optional `N` (documented) or `-` (tolerated) for negative numbers.
fn snum(text: &str) -> Option<Number> {
    let (negative, digits) = sign(text);
    unum(digits).map(|number| if negative { -number } else { number })
}

/// Removes a sign and returns whether there was one.
pub(super) fn sign(text: &str) -> (bool, &str) {
    text.strip_prefix(['N', '-']).map_or((false, text), |digits| (true, digits))
}

/// Reads a number that consists of digits only.
fn whole<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Reads a whole number with an optional sign, within a range.
pub(super) fn integer<T: TryFrom<i64> + PartialOrd>(text: &str, range: std::ops::RangeInclusive<T>) -> Option<T> {
    let number = snum(text)?.to_integer()?;
    T::try_from(number).ok().filter(|n| range.contains(n))
}

fn signed(number: Number, out: &mut String) {
    if number.is_negative() {
        out.push('N');
    }
    out.push_str(&number.abs().to_string());
}

/// Splits `ld-top_right_from-FF000040` into `ld`, `top_right` and `from`, `FF000040`. An underscore starts a
/// sub-parameter only if a known key and a hyphen follow. Returns `None` if the first key is unknown.
pub(super) fn subparams<'a>(text: &'a str, keys: &[&'static str]) -> Option<Vec<(&'static str, &'a str)>> {
    let key_of = |text: &'a str| keys.iter().find_map(|key| Some((*key, text.strip_prefix(*key)?.strip_prefix('-')?)));
    let mut parts = Vec::new();
    let (mut key, mut rest) = key_of(text)?;
    let mut from = 0;
    while let Some(at) = rest.get(from..).and_then(|tail| tail.find('_')).map(|at| at + from) {
        let (value, tail) = (rest.get(..at)?, rest.get(at + 1..)?);
        from = at + 1;
        if let Some(next) = key_of(tail) {
            parts.push((key, value));
            (key, rest) = next;
            from = 0;
        }
    }
    parts.push((key, rest));
    Some(parts)
}

/// Appends `key-value`, separated by `_` from the preceding text.
pub(super) fn write_subparam<T: Value>(key: &str, value: Option<&T>, out: &mut String) {
    if let Some(value) = value {
        if !out.is_empty() {
            out.push('_');
        }
        out.push_str(key);
        out.push('-');
        value.write(out);
    }
}

#[cfg(test)]
mod tests {
    use super::subparams;
    use crate::limits::Limits;
    use crate::transform::{Reason, Transformation};

    fn canonical(text: &str) -> String {
        text.parse::<Transformation>().unwrap().to_string()
    }

    #[test]
    fn values_print_canonically() {
        for (text, want) in [
            ("w-0200.50", "w-200.5"),
            ("ar-1.5", "ar-1.5-1"),
            ("ar-4:3", "ar-4-3"),
            ("rt--40", "rt-N40"),
            ("b-5-FFF000", "b-5_FFF000"),
            ("b-5_Red", "b-5_FF0000"),
            ("b-iw_div_20_red", "b-iw_div_20_FF0000"),
            ("f-jpeg", "f-jpg"),
            ("fl-v_h", "fl-h_v"),
            ("e-contrast--", "e-contrast"),
            ("e-shadow-y-N5_bl-15", "e-shadow-bl-15_y-N5"),
            ("e-gradient-from-FF000040_ld-topright_sp-ih_div_2", "e-gradient-ld-top_right_from-FF000040_sp-ih_div_2"),
            ("bg-blurred_auto", "bg-blurred"),
            ("bg-blurred_auto_N30", "bg-blurred_auto_N30"),
            ("cr-red", "cr-FF0000_35"),
            ("pg-2-2_4-", "pg-2_4-"),
            ("di-/a@@b c.png@@", "di-a@@b%20c.png"),
            ("e-edit-prompte-YSxi", "e-edit-prompte-YSxi"),
            ("e-edit-prompt-a b", "e-edit-prompt-a%20b"),
            ("l-text,i-a,pa-1_2_1_2,tg-i_b,l-end", "l-text,i-a,pa-1_2,tg-b_i,l-end"),
            ("l-text,i-100%,l-end", "l-text,ie-MTAwJQ%3D%3D,l-end"),
            ("l-text,i- a ,l-end", "l-text,i-%20a%20,l-end"),
            ("l-image,lfo-top,lx-N0,i-a@@b.png,l-end", "l-image,i-a@@b.png,lx-N0,l-end"),
            ("if-w_gt_1,pg-2,if-end", "if-w_gt_1,if-end"),
            ("if-w_gt_1,w-5:rt-90,if-else,if-end:q-5", "if-w_gt_1,w-5:rt-90,if-else,if-end:q-5"),
        ] {
            assert_eq!(canonical(text), want, "{text}");
            assert_eq!(canonical(want), want, "{text}");
        }
    }

    #[test]
    fn reasons_say_why_a_token_has_no_effect() {
        for (text, token, reason) in [
            ("foo-1", "foo-1", Reason::UnknownKey),
            ("w-1,w-2", "w-1", Reason::Superseded),
            ("vc-h264", "vc-h264", Reason::VideoOnly),
            ("fs-20", "fs-20", Reason::NotHere),
            ("lx-20", "lx-20", Reason::NotHere),
            ("w-bw_div_2", "w-bw_div_2", Reason::NotHere),
            ("l-text,i-a,lx-cw_div_2,l-end", "lx-cw_div_2", Reason::NotHere),
            ("l-image,i-a,bg-genfill,l-end", "bg-genfill", Reason::NotHere),
            ("l-image,w-5,l-end", "l-image", Reason::NoInput),
            ("l-image,i-a,lx-1,lxc-2,l-end", "lxc-2", Reason::Superseded),
            ("l-image,i-a,lap-top,l-end", "lap-top", Reason::Superseded),
            ("l-image,i-a,ie-Yg,l-end", "i-a", Reason::Superseded),
            ("lo-yes", "lo-yes", Reason::BadValue("`true` or `false`")),
        ] {
            let ignored = Transformation::parse(text, &Limits::default()).unwrap().ignored;
            let found: Vec<_> = ignored.iter().map(|it| (it.token.as_str(), it.reason)).collect();
            assert_eq!(found, [(token, reason)], "{text}");
        }
    }

    #[test]
    fn long_texts_are_cut() {
        let mut limits = Limits::default();
        (limits.text_chars, limits.base64_chars) = (3, 7);
        for (text, want) in [
            ("l-text,i-abcdef,l-end", "l-text,i-abc,l-end"),
            ("l-text,ie-YWJjZGVm,l-end", "l-text,i-abc,l-end"),
            ("l-text,ie-YWLDqQ%3D%3D,l-end", "l-text,i-ab,l-end"), // in the middle of `é`
            ("l-image,ie-YWJjZGVm,l-end", "l-image,i-abcdef,l-end"),
        ] {
            assert_eq!(Transformation::parse(text, &limits).unwrap().transformation.to_string(), want, "{text}");
        }
    }

    #[test]
    fn an_underscore_starts_a_known_sub_parameter_only() {
        let keys = ["ld", "from", "to", "sp"];
        let parts = subparams("ld-top_right_from-FF000040_sp-ih_div_2", &keys).unwrap();
        assert_eq!(parts, [("ld", "top_right"), ("from", "FF000040"), ("sp", "ih_div_2")]);
        assert_eq!(subparams("foo-1", &keys), None);
        assert_eq!(subparams("", &keys), None);
    }
}
