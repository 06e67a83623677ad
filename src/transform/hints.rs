//! [`Hints`]: the client hints of a browser, which replace `auto`.

use super::edit::{Dpr, Edit, Length};
use super::{Step, Transformation};
use crate::number::Number;

/// Client hints that transformations refer to: `w-auto` and `dpr-auto`.
///
/// ```
/// use originkit::transform::{Hints, Transformation};
/// let hints = Hints { width: "212".parse().ok(), dpr: "2".parse().ok() };
/// let (t, content_dpr) = "w-auto,dpr-auto".parse::<Transformation>()?.with_hints(&hints);
/// assert_eq!(t.to_string(), "w-300");
/// assert_eq!(content_dpr.unwrap().to_string(), "2.83");
/// # Ok::<(), originkit::error::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_structs, reason = "the documented hints")]
pub struct Hints {
    /// `Sec-CH-Width`: the requested width in physical pixels, above zero.
    pub width: Option<Number>,
    /// `Sec-CH-DPR`: physical pixels per CSS pixel, above zero.
    pub dpr: Option<Number>,
}

impl Transformation {
    /// Replaces `w-auto` and `dpr-auto` by the hints, in branches and layers too. Without a hint the parameter is
    /// removed.
    ///
    /// `w-auto` becomes the next multiple of 100, and the `dpr` next to it is removed, whatever its value (documented
    /// for `dpr-auto`, chosen for a number). `dpr-auto` takes a hint between 0.1 and 5.
    ///
    /// The second value is `Content-DPR`, with two decimals: the density of the image after `w-auto` was rounded. It is
    /// `Some` if both hints are present and `w-auto` occurs outside layers, even in a branch that may not be taken.
    #[must_use]
    pub fn with_hints(mut self, hints: &Hints) -> (Self, Option<Number>) {
        let found = self.apply(hints);
        let content_dpr = if found { hints.content_dpr() } else { None };
        (self, content_dpr)
    }

    /// Replaces the values and returns `true` if there is a `w-auto` outside layers.
    fn apply(&mut self, hints: &Hints) -> bool {
        let mut found = false;
        for step in &mut self.steps {
            found |= match step {
                Step::Edit(edit) => edit.apply(hints),
                Step::If(choice) => {
                    let then = choice.then.apply(hints);
                    choice.otherwise.as_mut().is_some_and(|otherwise| otherwise.apply(hints)) || then
                }
            };
        }
        found
    }
}

impl Edit {
    fn apply(&mut self, hints: &Hints) -> bool {
        for layer in &mut self.layers {
            layer.steps.apply(hints);
        }
        let sizing = &mut self.sizing;
        let auto = sizing.width == Some(Length::Auto);
        if auto {
            sizing.width = hints.rounded_width().map(Length::Px);
            if sizing.width.is_some() {
                sizing.dpr = None;
            }
        }
        if sizing.dpr == Some(Dpr::Auto) {
            sizing.dpr = hints.dpr.filter(|dpr| (0.1..=5.0).contains(&dpr.to_f64())).map(Dpr::Factor);
        }
        auto
    }
}

impl Hints {
    /// Both documented examples round up: 150 to 200 and 212 to 300.
    fn rounded_width(&self) -> Option<Number> {
        let width = positive(self.width)?;
        Number::from_f64((width / 100.0).ceil() * 100.0)
    }

    fn content_dpr(&self) -> Option<Number> {
        let (hinted, dpr) = (positive(self.width)?, positive(self.dpr)?);
        let exact = self.rounded_width()?.to_f64() * dpr / hinted;
        Number::from_f64((exact * 100.0).round() / 100.0)
    }
}

/// An invalid hint counts as absent (chosen).
fn positive(hint: Option<Number>) -> Option<f64> {
    hint.map(Number::to_f64).filter(|value| *value > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(width: Option<Length>, dpr: Option<Dpr>) -> Edit {
        let mut edit = Edit::default();
        edit.sizing.width = width;
        edit.sizing.dpr = dpr;
        edit
    }

    #[test]
    fn hints_take_the_place_of_auto() {
        let px = |n: u32| Some(Length::Px(n.into()));
        let factor = |text: &str| Some(Dpr::Factor(text.parse().unwrap()));
        for (width, dpr, hint_width, hint_dpr, want, content_dpr) in [
            (Some(Length::Auto), Some(Dpr::Auto), "212", "2", (px(300), None), Some("2.83")),
            (Some(Length::Auto), Some(Dpr::Auto), "600", "2", (px(600), None), Some("2")),
            (Some(Length::Auto), factor("3"), "250", "2", (px(300), None), Some("2.4")),
            (Some(Length::Auto), factor("3"), "250", "", (px(300), None), None),
            (Some(Length::Auto), factor("3"), "", "2", (None, factor("3")), None),
            (Some(Length::Auto), None, "0", "2", (None, None), None),
            (px(100), Some(Dpr::Auto), "212", "2.625", (px(100), factor("2.625")), None),
            (px(100), Some(Dpr::Auto), "212", "6", (px(100), None), None),
            (px(100), Some(Dpr::Auto), "", "", (px(100), None), None),
        ] {
            let hints = Hints { width: hint_width.parse().ok(), dpr: hint_dpr.parse().ok() };
            let wanted = Transformation { steps: vec![Step::Edit(Box::new(edit(width, dpr)))] };
            let (got, header) = wanted.with_hints(&hints);
            let expected = Transformation { steps: vec![Step::Edit(Box::new(edit(want.0, want.1)))] };
            assert_eq!((got, header), (expected, content_dpr.map(|n| n.parse().unwrap())), "{hint_width} {hint_dpr}");
        }
    }
}
