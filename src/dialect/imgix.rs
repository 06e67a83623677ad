//! imgix: query parameters, all merged into one step (chosen).

mod names;
mod values;

use super::draft::{Draft, Native};
use super::foreign::Token;
use crate::transform::Reason;

pub(super) use self::names::claim;

/// Translates the parameters that [`claim`] marks as taken.
pub(super) fn translate<'a>(parameters: &[Token<'a>], draft: &mut Draft<'a>) {
    let mut chosen = Chosen::default();
    for token in parameters {
        let name = token.decoded_name();
        match values::read(&name, &token.decoded_value()) {
            Ok(native) => chosen.set(name, *token, native, draft),
            Err(reason) => draft.ignore(*token, reason),
        }
    }
    chosen.write(draft);
}

/// The effective parameters with valid values: the last of each name. There are no more than names.
#[derive(Default)]
struct Chosen<'a>(Vec<(String, Token<'a>, Native)>);

impl<'a> Chosen<'a> {
    fn set(&mut self, name: String, token: Token<'a>, native: Native, draft: &mut Draft<'a>) {
        match self.0.iter_mut().find(|(known, ..)| *known == name) {
            Some((_, before, value)) => {
                draft.ignore(std::mem::replace(before, token), Reason::Superseded);
                *value = native;
            }
            None => self.0.push((name, token, native)),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, ..)| known == name)
    }

    fn take(&mut self, name: &str) -> Option<(Token<'a>, Native)> {
        let at = self.0.iter().position(|(known, ..)| known == name)?;
        let (_, token, native) = self.0.swap_remove(at);
        Some((token, native))
    }

    /// Writes one step, in the order of the documentation's table.
    fn write(mut self, draft: &mut Draft<'a>) {
        // Documented: a ratio needs exactly one side, and a fit.
        if self.has("w") == self.has("h") || !self.has("fit") {
            self.drop("ar", Reason::NotHere, draft);
        }
        // A face is requested: other hints for the crop do not matter (chosen).
        let face = self.0.iter().any(|(name, _, native)| name == "fit" && native.text == values::FACE);
        if face {
            self.drop("crop", Reason::Superseded, draft);
        }
        if self.has("fill-color") {
            self.drop("bg", Reason::Superseded, draft);
        }
        if !self.has("usm") {
            self.drop("usmrad", Reason::NotHere, draft);
        }
        let radius = self.take("usmrad").map_or_else(|| "2.5".to_owned(), |(_, native)| native.text);
        for name in names::TAKEN {
            let Some((token, native)) = self.take(name) else { continue };
            let native = match name {
                "usm" => Native::from(format!("e-usm-{radius}-{}-1-0.05", native.text)),
                _ => native,
            };
            draft.add(token, Ok(native));
        }
    }

    fn drop(&mut self, name: &str, reason: Reason, draft: &mut Draft<'a>) {
        if let Some((token, _)) = self.take(name) {
            draft.ignore(token, reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::dialect::Dialect;
    use crate::transform::Reason;

    fn text(query: &str) -> Option<String> {
        Dialect::Imgix.translate(&format!("/a.jpg?{query}")).unwrap().text
    }

    #[test]
    fn each_parameter_has_its_row() {
        for (query, want) in [
            ("w=100", "w-100"),
            ("w=0.5&h=.25", "w-0.5,h-.25"),
            ("h=100&w=50", "w-50,h-100"),
            ("ar=2%3A3&fit=crop&w=10", "w-10,ar-2-3"),
            ("fit=clip", "c-at_max_enlarge"),
            ("fit=fill", "cm-pad_resize"),
            ("fit=fillmax", "cm-pad_resize"),
            ("fit=max", "c-at_max"),
            ("fit=scale", "c-force"),
            ("fit=facearea&crop=top", "fo-face"),
            ("crop=top", "fo-top"),
            ("crop=left", "fo-left"),
            ("crop=right", "fo-right"),
            ("crop=bottom", "fo-bottom"),
            ("crop=top,left", "fo-top_left"),
            ("crop=left%2Ctop", "fo-top_left"),
            ("crop=right,top", "fo-top_right"),
            ("crop=bottom,left", "fo-bottom_left"),
            ("crop=right,bottom", "fo-bottom_right"),
            ("crop=faces", "fo-auto"),
            ("bg=red&fill-color=BLUE", "bg-blue"),
            ("bg=red&fill-color=nonsense", "bg-red"),
            ("bg=9B4F", "bg-BB44FF60"),
            ("fm=pjpg&fm=jp2", "f-jpg"),
            ("fm=png32", "f-png"),
            ("fm=avif", "f-avif"),
            ("fm=gif", "f-gif"),
            ("fm=webp", "f-webp"),
            ("q=60", "q-60"),
            ("orient=1", "rt-0"),
            ("orient=3", "rt-180"),
            ("orient=6", "rt-90"),
            ("orient=8", "rt-270"),
            ("orient=0", "rt-0"),
            ("orient=90", "rt-90"),
            ("orient=180", "rt-180"),
            ("orient=270", "rt-270"),
            ("dpr=3.0", "dpr-3.0"),
            ("sharp=10", "e-sharpen-200"),
            ("sharp=0.5", "e-sharpen-10"),
            ("con=30", "e-contrast"),
            ("con=-50", "e-contrast"),
            ("usm=40", "e-usm-2.5-8.00-1-0.05"),
            ("usm=-50&usmrad=2", "e-usm-2-0.00-1-0.05"),
            ("usmrad=-2&usm=1", "e-usm-2.5-0.20-1-0.05"),
            ("blur=90", "bl-4.50"),
            ("blur=1", "bl-0.05"),
            ("trim=auto", "t-true"),
            ("trim=color", "t-true"),
            (
                "trim=auto&blur=20&q=5&fm=jpg&w=1&crop=top&fit=max&h=2",
                "w-1,h-2,c-at_max,fo-top,f-jpg,q-5,bl-1.00,t-true",
            ),
        ] {
            assert_eq!(text(query).as_deref(), Some(want), "{query}");
        }
    }

    #[test]
    fn bad_values_are_dropped_and_kept_from_the_origin() {
        for query in [
            "w=abc",
            "h=",
            "w",
            "ar=2:3",
            "ar=2:3&w=1&h=1",
            "fit=min",
            "fit=clamp",
            "crop=entropy",
            "crop=top,bottom",
            "crop=faces,top",
            "fill=blur",
            "bg=12345",
            "fill-color=%23FF0000",
            "fm=jxr",
            "q=60.5",
            "orient=2",
            "orient=-90",
            "dpr=x",
            "sharp=-1",
            "con=x",
            "usm=x",
            "usmrad=2",
            "blur=-5",
            "trim=no",
        ] {
            let read = Dialect::Imgix.translate(&format!("/a.jpg?{query}")).unwrap();
            assert!(!read.ignored.is_empty(), "{query}");
            assert_eq!(read.query, None, "{query}");
            let sides = query.contains("w=1").then_some("w-1,h-1");
            assert_eq!(read.text.as_deref(), sides, "{query}");
        }
        for query in ["fit=crop", "fill=solid", "con=0", "con=-0.0"] {
            let read = Dialect::Imgix.translate(&format!("/a.jpg?{query}")).unwrap();
            assert!(read.ignored.is_empty() && read.text.is_none() && read.query.is_none(), "{query}");
        }
    }

    #[test]
    fn what_is_lost_is_said() {
        let read =
            Dialect::Imgix.translate("/a.jpg?w=1&auto=format,compress&w=2&txt-size=5&con=30&v=3&q=400&ar=1:2").unwrap();
        assert_eq!(read.query.as_deref(), Some("auto=format,compress&txt-size=5&v=3"));
        let ignored: Vec<_> = read.ignored.iter().map(|it| (it.token.as_str(), it.reason)).collect();
        assert!(
            matches!(
                ignored[..],
                [
                    ("w=1", Reason::Superseded),
                    ("auto=format,compress", Reason::NoCounterpart),
                    ("txt-size=5", Reason::NoCounterpart),
                    ("con=30", Reason::Partly(_)),
                    ("q=400", Reason::BadValue(_)),
                    ("ar=1:2", Reason::NotHere),
                ]
            ),
            "{ignored:?}"
        );
    }
}
