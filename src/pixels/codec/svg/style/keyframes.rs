//! CSS animations at the moment when an image appears.

use std::collections::HashMap;

use super::sheet::{Frame, Sheet, declarations};
use super::timing::{eased, mix, seconds};
use crate::svg::split;

/// Returns the value of each property that animations change, given the declared values.
pub(super) fn applied(declared: &HashMap<String, String>, sheet: &Sheet<'_>) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for animation in animations(declared) {
        let Some(frames) = sheet.keyframes.get(animation.name.as_str()) else { continue };
        let Some(share) = animation.share() else { continue };
        for name in properties(frames) {
            let base = declared.get(&name).map(String::as_str);
            if let Some(value) = value(&name, frames, base, share, &animation.timing) {
                out.push((name, value));
            }
        }
    }
    out
}

/// An animation of an element.
#[derive(Debug)]
struct Animation {
    name: String,
    /// The duration of one iteration, in seconds.
    duration: f64,
    /// The delay, in seconds.
    delay: f64,
    count: f64,
    direction: String,
    fill: String,
    timing: String,
}

/// Returns the animations of an element, from the shorthand and from the longhand properties.
fn animations(declared: &HashMap<String, String>) -> Vec<Animation> {
    let list = |name: &str| declared.get(name).map(|value| split(value, ',')).unwrap_or_default();
    let mut all: Vec<Animation> = list("animation").into_iter().map(shorthand).collect();
    for (index, name) in list("animation-name").into_iter().enumerate() {
        let name = name.trim().to_owned();
        match all.get_mut(index) {
            Some(animation) => animation.name = name,
            None => all.push(Animation { name, ..shorthand("") }),
        }
    }
    for (index, animation) in all.iter_mut().enumerate() {
        // Lists that are too short are repeated.
        let own = |name: &str| {
            let values = list(name);
            let index = index.checked_rem(values.len())?;
            values.get(index).map(|value| value.trim().to_owned())
        };
        animation.duration = own("animation-duration").and_then(|v| seconds(&v)).unwrap_or(animation.duration);
        animation.delay = own("animation-delay").and_then(|v| seconds(&v)).unwrap_or(animation.delay);
        animation.count = own("animation-iteration-count").and_then(|v| count(&v)).unwrap_or(animation.count);
        animation.direction = own("animation-direction").unwrap_or_else(|| animation.direction.clone());
        animation.fill = own("animation-fill-mode").unwrap_or_else(|| animation.fill.clone());
        animation.timing = own("animation-timing-function").unwrap_or_else(|| animation.timing.clone());
    }
    all
}

fn shorthand(text: &str) -> Animation {
    let mut animation = Animation {
        name: String::new(),
        duration: 0.0,
        delay: 0.0,
        count: 1.0,
        direction: String::new(),
        fill: String::new(),
        timing: "ease".to_owned(),
    };
    let mut timed = false;
    for word in split(text.trim(), ' ').into_iter().filter(|word| !word.is_empty()) {
        if let Some(time) = seconds(word) {
            *(if timed { &mut animation.delay } else { &mut animation.duration }) = time;
            timed = true;
        } else if let Some(number) = count(word) {
            animation.count = number;
        } else {
            match word {
                "normal" | "reverse" | "alternate" | "alternate-reverse" => animation.direction = word.to_owned(),
                "forwards" | "backwards" | "both" => animation.fill = word.to_owned(),
                "running" | "paused" | "none" => {}
                "linear" | "ease" | "ease-in" | "ease-out" | "ease-in-out" | "step-start" | "step-end" => {
                    animation.timing = word.to_owned();
                }
                _ if word.contains('(') => animation.timing = word.to_owned(),
                _ => animation.name = word.to_owned(),
            }
        }
    }
    animation
}

fn count(word: &str) -> Option<f64> {
    if word == "infinite" { Some(f64::INFINITY) } else { word.parse().ok().filter(|count: &f64| *count >= 0.0) }
}

impl Animation {
    /// Returns the progress through the frames, 0 to 1, or `None` if the animation has no effect.
    fn share(&self) -> Option<f64> {
        let fills = |way: &str| self.fill == way || self.fill == "both";
        let rounds = if self.duration > 0.0 { -self.delay / self.duration } else { self.count };
        let rounds = if self.delay > 0.0 {
            fills("backwards").then_some(0.0)?
        } else if rounds < self.count {
            rounds
        } else {
            fills("forwards").then_some(self.count)?
        };
        if !rounds.is_finite() {
            return None;
        }
        // The end of the last iteration is not the start of another.
        let ended = rounds > 0.0 && rounds >= self.count && rounds.fract() == 0.0;
        let (round, share) = if ended { (rounds - 1.0, 1.0) } else { (rounds.floor(), rounds.fract()) };
        let odd = round.rem_euclid(2.0) >= 1.0;
        let back = match self.direction.as_str() {
            "reverse" => true,
            "alternate" => odd,
            "alternate-reverse" => !odd,
            _ => false,
        };
        Some(if back { 1.0 - share } else { share })
    }
}

/// Returns the properties that frames change.
fn properties(frames: &[Frame<'_>]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (name, _, _) in frames.iter().flat_map(|frame| declarations(frame.declarations)) {
        if !name.starts_with("animation") && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Returns the value of a property between its frames. If the first or the last frame is missing, the value without
/// animation takes its place.
fn value(name: &str, frames: &[Frame<'_>], base: Option<&str>, share: f64, timing: &str) -> Option<String> {
    let declared = |frame: &Frame<'_>, wanted: &str| {
        declarations(frame.declarations)
            .filter(|(name, ..)| *name == wanted)
            .last()
            .map(|(_, value, _)| value.to_owned())
    };
    let (mut from, mut to) = ((0.0, None, timing.to_owned()), (1.0, None));
    for frame in frames {
        let Some(value) = declared(frame, name) else { continue };
        if frame.place <= share {
            let own = declared(frame, "animation-timing-function").unwrap_or_else(|| timing.to_owned());
            from = (frame.place, Some(value), own);
        } else if to.1.is_none() {
            to = (frame.place, Some(value));
        }
    }
    let base = base.or(match name {
        "transform" | "translate" | "rotate" | "scale" => Some("none"),
        "opacity" | "fill-opacity" | "stroke-opacity" => Some("1"),
        "stroke-dashoffset" => Some("0"),
        _ => None,
    });
    let (start, from, timing) = from;
    let (end, to) = to;
    if share <= start {
        // The value has not changed yet if no frame sets it.
        return from;
    }
    let local = eased(&timing, (share - start) / (end - start));
    let from = from.or_else(|| base.map(str::to_owned))?;
    let to = to.or_else(|| base.map(str::to_owned))?;
    Some(mix(&from, &to, local))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_moment() {
        let text = "<svg><style>@keyframes d{from{x:1}50%{x:5}to{x:9}}@keyframes t{to{transform:rotate(360deg)}}</style></svg>";
        let document = roxmltree::Document::parse(text).unwrap();
        let sheet = Sheet::read(&document, (1.0, 1.0), &mut crate::svg::Notes::default()).unwrap();
        for (animation, want) in [
            ("d 1s", Some("1")),
            ("d 1s linear infinite -.25s", Some("3")),
            ("d 1s linear infinite -1.25s alternate", Some("7")),
            ("d 1s linear reverse", Some("9")),
            ("d 1s 1s", None),
            ("d 1s 1s both", Some("1")),
            ("d 1s -2s", None),
            ("d 1s -2s forwards", Some("9")),
            ("d 1s -9s 2 alternate forwards", Some("1")),
            ("d", None),
            ("d 0s forwards", Some("9")),
            ("t 1s", None),
            ("t 1s linear -.5s", Some("rotate(180deg)")),
            ("x 1s", None),
            ("", None),
        ] {
            let declared = HashMap::from([("animation".to_owned(), animation.to_owned())]);
            let got = applied(&declared, &sheet);
            assert_eq!(got.first().map(|(_, value)| value.as_str()), want, "{animation}");
        }
        let parts = [("animation-name", "d"), ("animation-duration", "2s"), ("animation-delay", "-1s")];
        let declared = parts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!(applied(&declared, &sheet), [("x".to_owned(), "5".to_owned())]);
    }
}
