//! Cloudinary: path segments of comma-separated tokens before the asset.
//!
//! ```text
//! [ "image" "/" delivery "/" ] *( step "/" ) asset
//! step  = token *( "," token )
//! token = key "_" value
//! layer = "l_" … *( "/" step ) "/fl_layer_apply" [ "," place ]
//! ```
//!
//! Each segment is a step. An overlay starts with an `l_` token. The segments up to the one with `fl_layer_apply`
//! transform it, as nested brackets do; without such a segment, the overlay is its own segment only.

mod overlay;
mod parameter;

use self::overlay::Kind;
use self::parameter::Spot;
use super::draft::Draft;
use super::foreign::{Front, Token};
use crate::percent;
use crate::transform::Reason;

/// Finds the transformation: segments that consist of tokens of the table only (chosen), before those of the asset.
pub(super) fn front(segments: &[Token<'_>], direct: bool, asset: usize) -> Front {
    let kind = match segments {
        [kind, delivery, rest @ ..]
            if direct && kind.text == "image" && DELIVERY.contains(&delivery.text) && rest.len() >= asset =>
        {
            2
        }
        _ => 0,
    };
    let most = segments.len().saturating_sub(kind + asset);
    let steps = segments.iter().skip(kind).take(most).take_while(|segment| is_step(segment.text)).count();
    Front { kind, steps, ..Front::default() }
}

/// Delivery types of images at Cloudinary; the list is chosen.
const DELIVERY: [&str; 4] = ["upload", "private", "authenticated", "fetch"];

/// Returns `true` if all tokens of the segment are in the table.
fn is_step(segment: &str) -> bool {
    segment.split(',').all(|token| match token.split_once('_') {
        Some(("fl", flag)) => flag == "layer_apply" || parameter::progressive(flag).is_some(),
        Some((key, value)) => !value.is_empty() && KEYS.contains(&key),
        None => false,
    })
}

/// The keys of the table, including those without a translation.
const KEYS: [&str; 23] = [
    "w", "h", "ar", "c", "g", "x", "y", "z", "dpr", "f", "q", "a", "r", "e", "bo", "b", "o", "t", "l", "co", "so",
    "eo", "du",
];

/// Translates segments that [`front`] found.
pub(super) fn translate<'a>(segments: &[Token<'a>], draft: &mut Draft<'a>) {
    let segments: Vec<_> = segments.iter().map(|segment| Segment::read(*segment)).collect();
    let mut writer = Writer { draft, blocks: Vec::new() };
    for (segment, role) in segments.iter().zip(roles(&segments)) {
        match role {
            Role::Step => writer.step(segment),
            Role::Open(overlay) => {
                writer.open(overlay, false);
                writer.step(segment);
            }
            Role::Alone(overlay) => {
                writer.open(overlay, true);
                writer.step(segment);
                writer.close();
            }
            Role::Close => {
                writer.place(segment);
                writer.close();
            }
        }
    }
}

/// A segment, split into tokens.
struct Segment<'a> {
    tokens: Vec<Token<'a>>,
    /// The last `l_` token; earlier ones have no effect.
    overlay: Option<Token<'a>>,
    /// Whether one of the tokens is `fl_layer_apply`.
    applies: bool,
}

impl<'a> Segment<'a> {
    fn read(segment: Token<'a>) -> Self {
        let tokens: Vec<_> = segment.split(',').collect();
        let overlay = tokens.iter().rfind(|token| is_overlay(token)).copied();
        let applies = tokens.iter().any(|token| token.text == APPLY);
        Self { tokens, overlay, applies }
    }
}

/// The role of a segment.
#[derive(Clone, Copy)]
enum Role<'a> {
    /// A step of the image, or of the open overlay.
    Step,
    /// The start of an overlay to which later segments belong.
    Open(Token<'a>),
    /// An overlay that consists of this segment only.
    Alone(Token<'a>),
    /// The end of the open overlay.
    Close,
}

/// Pairs overlays with the segments that apply them, innermost first.
fn roles<'a>(segments: &[Segment<'a>]) -> Vec<Role<'a>> {
    let mut roles = Vec::with_capacity(segments.len());
    let mut open = Vec::new();
    for segment in segments {
        let role = match segment.overlay {
            Some(overlay) => {
                if !segment.applies {
                    open.push((roles.len(), overlay));
                }
                Role::Alone(overlay)
            }
            None if !segment.applies => Role::Step,
            None => match open.pop() {
                Some((at, overlay)) => {
                    if let Some(role) = roles.get_mut(at) {
                        *role = Role::Open(overlay);
                    }
                    Role::Close
                }
                None => Role::Step,
            },
        };
        roles.push(role);
    }
    roles
}

/// Writes steps into blocks.
struct Writer<'d, 'a> {
    draft: &'d mut Draft<'a>,
    /// The enclosing overlays.
    blocks: Vec<Block<'a>>,
}

/// An open overlay.
#[derive(Clone, Copy)]
struct Block<'a> {
    /// The token that opened it.
    opened: Token<'a>,
    kind: Kind,
    /// Whether the tokens of the current segment place the overlay.
    placed: bool,
    /// The length of the text before its first step; `None` if it has no input, so that nothing in it has an effect.
    start: Option<usize>,
}

impl<'a> Writer<'_, 'a> {
    /// Opens an overlay.
    fn open(&mut self, opened: Token<'a>, placed: bool) {
        let lost = Block { opened, kind: Kind::Image, placed, start: None };
        let read = if self.is_lost() { Err(Reason::NoInput) } else { overlay::read(opened.text) };
        let block = match read {
            Err(reason) => {
                self.draft.ignore(opened, reason);
                lost
            }
            Ok(overlay) => {
                self.start_step();
                overlay.natives.iter().for_each(|native| self.draft.put(opened, native));
                if let Some(part) = overlay.lost {
                    self.draft.ignore(opened, Reason::Partly(part));
                }
                Block { kind: overlay.kind, start: Some(self.draft.len()), ..lost }
            }
        };
        self.blocks.push(block);
    }

    /// Writes the tokens of a segment that act on the enclosing image or overlay.
    fn step(&mut self, segment: &Segment<'a>) {
        self.start_step();
        let block = self.blocks.last().copied();
        // In an overlay a rotation is a separate step after the rest of its segment (chosen).
        let is_late = |token: &&Token<'a>| block.is_some() && token.text.starts_with("a_");
        for token in segment.tokens.iter().filter(|token| !is_late(token)) {
            self.token(*token, segment);
        }
        if segment.tokens.iter().any(|token| is_late(&token)) {
            self.start_step();
        }
        for token in segment.tokens.iter().filter(is_late) {
            self.token(*token, segment);
        }
    }

    fn token(&mut self, token: Token<'a>, segment: &Segment<'a>) {
        let block = self.blocks.last();
        let spot = match block {
            None => Spot::Base,
            Some(Block { kind, placed: true, .. }) => Spot::Place(*kind),
            Some(Block { kind, .. }) => Spot::Overlay(*kind),
        };
        let native = if is_overlay(&token) || token.text == APPLY {
            match segment.overlay {
                // It has been written already, or closes the overlay beside it.
                Some(overlay) if overlay == token || token.text == APPLY => return,
                Some(_) => Err(Reason::Superseded),
                None => Err(Reason::NotHere),
            }
        } else if self.is_lost() {
            Err(Reason::NoInput)
        } else {
            parameter::read(&percent::decode_text(token.text), spot)
        };
        self.draft.add(token, native);
    }

    /// Writes the position of the overlay, for the segment that applies it.
    fn place(&mut self, segment: &Segment<'a>) {
        self.draft.same_step();
        let Some(block) = self.blocks.last().copied() else { return };
        for token in segment.tokens.iter().filter(|token| token.text != APPLY) {
            let is_place = matches!(token.text.split('_').next(), Some("g" | "x" | "y"));
            let native = match block.start {
                None => Err(Reason::NoInput),
                Some(_) if is_place => parameter::read(&percent::decode_text(token.text), Spot::Place(block.kind)),
                Some(_) => Err(Reason::NotHere),
            };
            self.draft.add(*token, native);
        }
    }

    /// Closes the overlay.
    fn close(&mut self) {
        if let Some(Block { opened, start: Some(_), .. }) = self.blocks.pop() {
            self.draft.same_step();
            self.draft.put(opened, "l-end");
        }
    }

    /// Starts a new step with the next token, unless it is the first one in its block, which starts a step anyway.
    fn start_step(&mut self) {
        match self.blocks.last() {
            Some(block) if block.start == Some(self.draft.len()) => self.draft.same_step(),
            _ => self.draft.next_step(),
        }
    }

    fn is_lost(&self) -> bool {
        self.blocks.last().is_some_and(|block| block.start.is_none())
    }
}

fn is_overlay(token: &Token<'_>) -> bool {
    token.text.starts_with("l_")
}

const APPLY: &str = "fl_layer_apply";
