//! From the tree of tokens to the typed [`Transformation`].

use super::grammar::{self, Item, Kind, Token};
use super::refusal::Refusal;
use super::value::{Host, Spot, Value};
use super::{ai, params, suggest};
use crate::base64;
use crate::limits::Limits;
use crate::path::{AssetPath, PathError};
use crate::transform::{
    Blend, Conditional, Content, Edit, Gravity, Ignored, Layer, Offset, ParseErrorKind, Place, Position, Reason, Step,
    Transformation,
};

/// Converts steps, and collects the tokens that have no effect.
pub(super) struct Lowering<'a> {
    limits: &'a Limits,
    pub(super) ignored: Vec<Ignored>,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(limits: &'a Limits) -> Self {
        Self { limits, ignored: Vec::new() }
    }

    /// Converts the steps of the base.
    pub(super) fn base(&mut self, steps: &[grammar::Step<'_>]) -> Result<Transformation, Refusal> {
        self.transformation(steps, Spot { host: Host::Base, branch: false, limits: self.limits })
    }

    fn transformation(&mut self, steps: &[grammar::Step<'_>], spot: Spot<'_>) -> Result<Transformation, Refusal> {
        let mut lowered = Vec::with_capacity(steps.len());
        for step in steps {
            let choice = step.items.iter().find_map(|item| if let Item::If(it) = item { Some(it) } else { None });
            match choice {
                Some(choice) => lowered.push(Step::If(Box::new(self.conditional(choice, spot)?))),
                None => lowered.extend(self.edit(&step.items, spot)?.map(Box::new).map(Step::Edit)),
            }
        }
        Ok(Transformation { steps: lowered })
    }

    fn conditional(&mut self, it: &grammar::Conditional<'_>, spot: Spot<'_>) -> Result<Conditional, Refusal> {
        let spot = Spot { branch: true, ..spot };
        let otherwise = it.otherwise.as_ref();
        Ok(Conditional {
            test: it.test.clone(),
            then: self.transformation(&it.then, spot)?,
            otherwise: otherwise.map(|steps| self.transformation(steps, spot)).transpose()?,
        })
    }

    /// Converts a step to an edit. Returns `None` if no part of it has an effect.
    fn edit(&mut self, items: &[Item<'_>], spot: Spot<'_>) -> Result<Option<Edit>, Refusal> {
        let mut edit = Edit::default();
        let mut taken = Taken::default();
        for item in items {
            match item {
                Item::Parameter(token) => match self.parameter(&mut edit, *token, spot)? {
                    Ok(()) => self.take(&mut taken, *token),
                    Err(reason) => self.unknown(*token, reason, spot),
                },
                Item::Layer(layer) => edit.layers.extend(self.layer(layer, spot)?),
                Item::OfLayer(_) | Item::If(_) => {}
            }
        }
        Ok((!taken.is_empty() || !edit.layers.is_empty()).then_some(edit))
    }

    /// Sets one parameter of an edit. The inner result is the reason if it has no effect.
    fn parameter(&self, edit: &mut Edit, token: Token<'_>, spot: Spot<'_>) -> Result<Result<(), Reason>, Refusal> {
        let (key, value) = token.split();
        if !ai::is_key(key) {
            let done = params::set(edit, key, value, &spot);
            // A name is never ignored: without its transformation the result would be another image.
            return match done {
                Err(Reason::BadValue(_)) if key == "n" => Err(token.refuse(ParseErrorKind::BadName(value.to_owned()))),
                done => Ok(done),
            };
        }
        if spot.host != Host::Base && !(spot.host == Host::Image && ai::is_for_layers(key)) {
            return Ok(Err(Reason::NotHere));
        }
        Ok(ai::read(key, value).map(|effect| edit.effects.add_ai(effect)).map_err(Reason::BadValue))
    }

    /// Converts a layer. Returns `None` if it has no input.
    fn layer(&mut self, it: &grammar::Layer<'_>, base: Spot<'_>) -> Result<Option<Layer>, Refusal> {
        let mut own = Taken::default();
        for item in it.steps.iter().flat_map(|step| &step.items) {
            let Item::OfLayer(token) = item else { continue };
            own.tokens.push(*token);
        }
        let Some(content) = self.content(it.kind, &own)? else {
            self.ignore(it.opened, Reason::NoInput);
            return Ok(None);
        };
        let host = match &content {
            Content::Canvas => Host::Canvas,
            Content::Text(_) => Host::Text,
            Content::Subtitles(_) => Host::Subtitles,
            Content::Image(_) | Content::Video(_) => Host::Image,
        };
        let spot = Spot { host, branch: false, limits: base.limits };
        let (place, blend) = self.place(&own, spot);
        Ok(Some(Layer { content, steps: self.transformation(&it.steps, spot)?, place, blend }))
    }

    /// Returns the content of a layer: `ie` takes precedence over `i` (documented), and the last one of each key wins.
    fn content(&mut self, kind: Kind, own: &Taken<'_>) -> Result<Option<Content>, Refusal> {
        let last = |key: &str| own.tokens.iter().rfind(|token| token.split().0 == key).copied();
        let Some(token) = last("ie").or_else(|| last("i")) else { return Ok(None) };
        let (key, value) = token.split();
        let Some(text) = self.input(kind, key, value) else { return Ok(None) };
        let inputs = own.tokens.iter().filter(|other| matches!(other.split().0, "i" | "ie"));
        for other in inputs.filter(|other| other.start != token.start) {
            self.ignore(*other, Reason::Superseded);
        }
        if kind == Kind::Text {
            return Ok(Some(Content::Text(text)));
        }
        let path = match AssetPath::from_text(&text) {
            Ok(path) => path,
            Err(PathError::Empty) => return Ok(None),
            Err(error) => return Err(token.refuse(error.into())),
        };
        Ok(Some(match kind {
            Kind::Image if path.as_str() == "ik_canvas" => Content::Canvas,
            Kind::Video => Content::Video(path),
            Kind::Subtitles => Content::Subtitles(path),
            Kind::Image | Kind::Text => Content::Image(path),
        }))
    }

    /// Returns the value of `i` or `ie`, a text truncated to its limit. Returns `None` if it cannot be decoded or is
    /// empty.
    fn input(&self, kind: Kind, key: &str, value: &str) -> Option<String> {
        let text = if key == "ie" {
            // Only texts have a limit: a truncated path would be another path.
            let all = if kind == Kind::Text { self.limits.base64_chars } else { usize::MAX };
            let cut = if value.len() > all { all / 4 * 4 } else { value.len() };
            let bytes = base64::decode(value.get(..cut)?)?;
            match String::from_utf8(bytes) {
                Ok(text) => text,
                // The truncation may have split a character.
                Err(error) if cut < value.len() && error.utf8_error().error_len().is_none() => {
                    let valid = error.utf8_error().valid_up_to();
                    String::from_utf8(error.into_bytes().into_iter().take(valid).collect()).ok()?
                }
                Err(_) => return None,
            }
        } else if kind == Kind::Text {
            value.chars().take(self.limits.text_chars).collect()
        } else {
            value.replace("@@", "/")
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// Returns the position and the blend mode of a layer, from the parameters that no other parameter overrides.
    fn place(&mut self, own: &Taken<'_>, spot: Spot<'_>) -> (Place, Option<Blend>) {
        let mut taken = Taken::default();
        let (mut edges, mut centers, mut place, mut blend) = ([None, None], [None, None], Place::default(), None);
        for token in &own.tokens {
            let (key, value) = token.split();
            let done = match key {
                "lx" => fill(&mut edges[0], value, spot),
                "ly" => fill(&mut edges[1], value, spot),
                "lxc" => fill(&mut centers[0], value, spot),
                "lyc" => fill(&mut centers[1], value, spot),
                "lap" => fill(&mut place.anchor, value, spot),
                "lfo" => fill(&mut place.focus, value, spot),
                "lm" => fill(&mut blend, value, spot),
                "i" | "ie" => continue,
                _ => Err(Reason::VideoOnly),
            };
            match done {
                Ok(()) => self.take(&mut taken, *token),
                Err(reason) => self.unknown(*token, reason, spot),
            }
        }
        let overruled = |edge: &Option<Offset>, center: &Option<Offset>| edge.is_some() && center.is_some();
        let ([left, top], [x, y]) = (edges, centers);
        let mut lost = Vec::new();
        lost.extend(overruled(&left, &x).then_some("lxc"));
        lost.extend(overruled(&top, &y).then_some("lyc"));
        place.x = left.map(Position::Edge).or(x.map(Position::Center));
        place.y = top.map(Position::Edge).or(y.map(Position::Center));
        if place.x.is_some() || place.y.is_some() {
            lost.extend(place.focus.take().map(|_| "lfo"));
        } else {
            lost.extend(place.anchor.take().map(|_| "lap"));
        }
        for key in lost {
            self.ignore(taken.find(key), Reason::Superseded);
        }
        (place, blend)
    }

    /// Records a parameter as effective. An earlier one with its key is ignored.
    fn take<'t>(&mut self, taken: &mut Taken<'t>, token: Token<'t>) {
        let (key, _) = token.split();
        match taken.tokens.iter_mut().find(|known| known.split().0 == key) {
            Some(known) => self.ignore(std::mem::replace(known, token), Reason::Superseded),
            None => taken.tokens.push(token),
        }
    }

    fn ignore(&mut self, token: Token<'_>, reason: Reason) {
        let span = token.start..token.start + token.text.len();
        self.ignored.push(Ignored { token: token.text.to_owned(), span, reason, foreign: false, meant: None });
    }

    /// Ignores a token with an unknown key or an invalid value, and adds a similar valid token.
    fn unknown(&mut self, token: Token<'_>, reason: Reason, spot: Spot<'_>) {
        self.ignore(token, reason);
        let is_near = matches!(reason, Reason::UnknownKey | Reason::BadValue(_));
        if let Some(ignored) = self.ignored.last_mut().filter(|_| is_near) {
            let has_effect = |text: &str| has_effect(Token { text, start: 0 }, spot);
            ignored.meant = suggest::near(token.text, has_effect);
            ignored.reason = suggest::service_of(token.text).map_or(reason, Reason::OtherService);
        }
    }
}

/// The effective parameters of a step, one per key, so there are no more than there are keys.
#[derive(Default)]
struct Taken<'t> {
    tokens: Vec<Token<'t>>,
}

impl<'t> Taken<'t> {
    fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Returns the token with this key, or an empty token if there is none.
    fn find(&self, key: &str) -> Token<'t> {
        let found = self.tokens.iter().find(|token| token.split().0 == key).copied();
        found.unwrap_or(Token { text: "", start: 0 })
    }
}

/// Returns `true` if a token would have an effect at this place.
fn has_effect(token: Token<'_>, spot: Spot<'_>) -> bool {
    let (key, value) = token.split();
    match key {
        // A name has an effect only if a transformation is stored under it.
        "n" => false,
        "lx" | "ly" | "lxc" | "lyc" => fill(&mut None::<Offset>, value, spot).is_ok(),
        "lap" | "lfo" => fill(&mut None::<Gravity>, value, spot).is_ok(),
        "lm" => fill(&mut None::<Blend>, value, spot).is_ok(),
        key if ai::is_key(key) => ai::read(key, value).is_ok(),
        key => params::set(&mut Edit::default(), key, value, &spot).is_ok(),
    }
}

fn fill<T: Value>(slot: &mut Option<T>, text: &str, spot: Spot<'_>) -> Result<(), Reason> {
    let value = T::read(text).map_err(Reason::BadValue)?;
    value.fits(&spot)?;
    *slot = Some(value);
    Ok(())
}
