//! Expanding the entities that a file declares, as drawing programs do, and removing the document type.
//!
//! ```text
//! <!DOCTYPE svg [ <!ENTITY ns "http://www.w3.org/2000/svg"> ]> <svg xmlns="&ns;">  ──▶  <svg xmlns="http://...">
//! ```
//!
//! Nothing is fetched: external entities and document types are ignored. The length of the result is computed first, so
//! that a file with nested entities (the *billion laughs*) is refused before it is expanded. If the document type
//! refers to an external subset, an undeclared entity may be declared there. It is replaced by nothing, as in browsers.

use std::collections::HashMap;

use super::refusal::{broken, within};
use crate::error::Error;
use crate::format::xml;
use crate::limits::{LimitError, Limits};

/// Returns the text with entities expanded and without its document type, or `None` if it has no document type.
pub(super) fn expanded(text: &str, limits: &Limits) -> Result<Option<String>, Error> {
    let Some((start, rest)) = doctype(text) else { return Ok(None) };
    let Some((subset, after)) = xml::document_type(rest.as_bytes()) else { return Err(broken("is not well-formed")) };
    let body = rest.get(rest.len() - after.len()..).unwrap_or_default();
    let subset = std::str::from_utf8(subset).unwrap_or_default();
    let whole = rest.get(..rest.len() - after.len()).unwrap_or_default();
    let entities = Entities::declared(subset, whole)?;
    let head = text.get(..start).unwrap_or_default();
    if entities.all.is_empty() && !entities.lenient {
        return Ok(Some([head, body].concat()));
    }
    let mut length = Length { bytes: head.len(), pieces: 0, limits };
    entities.each(body, 0, &mut |piece, place| length.add(piece, place))?;
    let mut out = String::with_capacity(length.bytes);
    out.push_str(head);
    entities.each(body, 0, &mut |piece, place| {
        write(piece, place, &mut out);
        Ok(())
    })?;
    Ok(Some(out))
}

/// Returns the start of the document type and the text after its keyword.
fn doctype(text: &str) -> Option<(usize, &str)> {
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let here = at + rest.find('<')?;
        let rest = text.get(here..)?;
        if let Some(behind) = rest.strip_prefix("<!DOCTYPE") {
            return Some((here, behind));
        }
        let end = if rest.starts_with("<?") {
            "?>"
        } else if rest.starts_with("<!--") {
            "-->"
        } else {
            return None;
        };
        at = here + rest.find(end)? + end.len();
    }
}

/// A counter of bytes that fails above the limit.
struct Length<'a> {
    bytes: usize,
    /// The number of pieces. An entity without text takes time too.
    pieces: usize,
    limits: &'a Limits,
}

impl Length<'_> {
    fn add(&mut self, piece: &str, place: Place) -> Result<(), Error> {
        let more = match place {
            // An escaped quote has six bytes.
            Place::Entity => piece.len() + 5 * piece.matches(['"', '\'']).count(),
            Place::Text => piece.len(),
        };
        self.bytes = self.bytes.saturating_add(more);
        self.pieces += 1;
        Ok(within(self.bytes.max(self.pieces), self.limits)?)
    }
}

/// The origin of a piece of text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The file, or an entity between tags.
    Text,
    /// An entity in the value of an attribute. Its quotes do not end the value.
    Entity,
}

fn write(piece: &str, place: Place, out: &mut String) {
    if place == Place::Text {
        return out.push_str(piece);
    }
    for c in piece.chars() {
        match c {
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c => out.push(c),
        }
    }
}

struct Entities<'a> {
    /// Replacement texts by name; `None` for an external entity.
    all: HashMap<&'a str, Option<String>>,
    /// Whether an entity that is not declared here may be declared in an external subset.
    lenient: bool,
}

impl<'a> Entities<'a> {
    fn declared(subset: &'a str, whole: &str) -> Result<Self, Error> {
        let head = whole.split('[').next().unwrap_or_default();
        let mut found = Self {
            all: HashMap::new(),
            lenient: head.contains("SYSTEM") || head.contains("PUBLIC") || subset.contains('%'),
        };
        let mut rest = subset;
        while let Some((_, after)) = rest.split_once('<') {
            let end = if after.starts_with("!--") {
                "-->"
            } else if after.starts_with('?') {
                "?>"
            } else {
                let declaration = declaration(after)?;
                if let Some(entity) = declaration.strip_prefix("!ENTITY") {
                    found.declare(entity)?;
                }
                rest = after.get(declaration.len()..).unwrap_or_default();
                continue;
            };
            rest = after.split_once(end).ok_or_else(|| broken("is not well-formed"))?.1;
        }
        Ok(found)
    }

    /// Reads ` name "value"`, or ` name SYSTEM "address"`. Parameter entities do not apply to the document.
    fn declare(&mut self, text: &'a str) -> Result<(), Error> {
        let Some((name, value)) = text.trim_start().split_once(|c: char| c.is_ascii_whitespace()) else {
            return Ok(());
        };
        if name.starts_with('%') || name.is_empty() {
            return Ok(());
        }
        let count = u64::try_from(self.all.len()).unwrap_or(u64::MAX);
        LimitError::check("entities in an SVG", count + 1, ENTITIES)?;
        let value = value.trim_start();
        let quoted = value.chars().next().filter(|quote| matches!(quote, '"' | '\'')).and_then(|quote| {
            let (inside, _) = value.get(1..)?.split_once(quote)?;
            Some(with_characters(inside))
        });
        // The first declaration is binding (XML 1.0, 4.2).
        self.all.entry(name).or_insert(quoted);
        Ok(())
    }

    /// Passes the pieces of a text, with its entities expanded, to `act`.
    fn each(&self, text: &str, depth: u64, act: &mut dyn FnMut(&str, Place) -> Result<(), Error>) -> Result<(), Error> {
        let mut rest = text;
        while let Some(at) = rest.find(['<', '&']) {
            let (before, from) = rest.split_at_checked(at).unwrap_or_default();
            act(before, Place::Text)?;
            if from.starts_with('&') {
                rest = self.reference(from, Place::Text, depth, act)?;
                continue;
            }
            // Entities are not expanded in these.
            let end = match from {
                _ if from.starts_with("<!--") => "-->",
                _ if from.starts_with("<![CDATA[") => "]]>",
                _ if from.starts_with("<?") => "?>",
                _ => "",
            };
            if end.is_empty() {
                rest = self.tag(from, depth, act)?;
            } else {
                let length = from.find(end).ok_or_else(|| broken("is not well-formed"))? + end.len();
                let (kept, after) = from.split_at_checked(length).unwrap_or_default();
                act(kept, Place::Text)?;
                rest = after;
            }
        }
        act(rest, Place::Text)
    }

    /// Processes a tag up to its end. Entities are expanded inside quotes.
    fn tag<'b>(
        &self,
        text: &'b str,
        depth: u64,
        act: &mut dyn FnMut(&str, Place) -> Result<(), Error>,
    ) -> Result<&'b str, Error> {
        let (mut quote, mut rest) = (None, text);
        while let Some(at) = rest.find(['"', '\'', '&', '>']) {
            let (before, from) = rest.split_at_checked(at).unwrap_or_default();
            act(before, Place::Text)?;
            let (mark, after) = from.split_at_checked(1).unwrap_or_default();
            rest = match (quote, mark) {
                (_, "&") => self.reference(from, Place::Entity, depth, act)?,
                _ => {
                    act(mark, Place::Text)?;
                    after
                }
            };
            match quote {
                Some(open) if open == mark => quote = None,
                None if mark == ">" => return Ok(rest),
                None if mark != "&" => quote = Some(mark),
                _ => {}
            }
        }
        Err(broken("is not well-formed"))
    }

    /// Processes a reference and returns the text after it.
    fn reference<'b>(
        &self,
        text: &'b str,
        place: Place,
        depth: u64,
        act: &mut dyn FnMut(&str, Place) -> Result<(), Error>,
    ) -> Result<&'b str, Error> {
        let (reference, after) =
            text.find(';').and_then(|at| text.split_at_checked(at + 1)).ok_or_else(|| broken("is not well-formed"))?;
        let name = reference.trim_start_matches('&').trim_end_matches(';');
        let kept = name.starts_with('#') || matches!(name, "lt" | "gt" | "amp" | "quot" | "apos");
        match self.all.get(name) {
            Some(Some(value)) if !kept => {
                LimitError::check("entities in one another in an SVG", depth + 1, DEPTH)?;
                match place {
                    Place::Text => self.each(value, depth + 1, act)?,
                    Place::Entity => self.value(value, depth + 1, act)?,
                }
            }
            Some(None) if !kept => {}
            None if !kept && self.lenient => {}
            // Unchanged: the parser knows the reference or refuses it.
            _ => act(reference, Place::Text)?,
        }
        Ok(after)
    }

    /// Processes the text of an entity in the value of an attribute.
    fn value(
        &self,
        text: &str,
        depth: u64,
        act: &mut dyn FnMut(&str, Place) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut rest = text;
        while let Some(at) = rest.find('&') {
            let (before, from) = rest.split_at_checked(at).unwrap_or_default();
            act(before, Place::Entity)?;
            rest = self.reference(from, Place::Entity, depth, act)?;
        }
        act(rest, Place::Entity)
    }
}

/// Returns the text of a declaration up to its end. `text` starts after the `<`.
fn declaration(text: &str) -> Result<&str, Error> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '>') => return Ok(text.get(..at).unwrap_or_default()),
            _ => {}
        }
    }
    Err(broken("is not well-formed"))
}

/// Returns a replacement text. Character references are expanded where an entity is declared (XML 1.0, 4.5).
fn with_characters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("&#") {
        out.push_str(before);
        let Some((digits, behind)) = after.split_once(';') else {
            out.push_str("&#");
            rest = after;
            continue;
        };
        let code =
            digits.strip_prefix('x').map_or_else(|| digits.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
        match code.and_then(char::from_u32) {
            Some(c) => out.push(c),
            None => out.extend(["&#", digits, ";"]),
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// The maximum number of entities in a file. Drawing programs declare about ten.
const ENTITIES: u64 = 256;
/// The maximum nesting of entities. It also stops an entity that refers to itself.
const DEPTH: u64 = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::ErrorCode;

    fn run(text: &str) -> Result<String, ErrorCode> {
        expanded(text, &Limits::default()).map(Option::unwrap_or_default).map_err(|e| e.code())
    }

    #[test]
    fn entities_are_expanded() {
        for (text, want) in [
            ("<svg>&a;</svg>", ""),
            ("<?xml?><!DOCTYPE svg>\n<svg/>", "<?xml?>\n<svg/>"),
            ("<!DOCTYPE svg [<!ENTITY a 'b'>]><svg c='&a;&lt;'>&a;</svg>", "<svg c='b&lt;'>b</svg>"),
            ("<!DOCTYPE svg [<!ENTITY a 'b'><!ENTITY a 'c'>]><a>&a;</a>", "<a>b</a>"),
            ("<!DOCTYPE svg [<!ENTITY a '<g/>&b;'><!ENTITY b 'c'>]><a>&a;</a>", "<a><g/>c</a>"),
            ("<!DOCTYPE svg [<!ENTITY a \"'x'\">]><a b='&a;'/>", "<a b='&apos;x&apos;'/>"),
            ("<!DOCTYPE svg [<!ENTITY a '&#38;&#x23;60;'>]><a>&a;</a>", "<a>&#60;</a>"),
            (
                "<!DOCTYPE svg [<!ENTITY a 'b'>]><a><!--&a;--><![CDATA[&a;]]><?b &a;?></a>",
                "<a><!--&a;--><![CDATA[&a;]]><?b &a;?></a>",
            ),
            ("<!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///b'>]><a c='&a;'>&a;</a>", "<a c=''></a>"),
            ("<!DOCTYPE svg [<!ENTITY % a SYSTEM 'b'>%a;]><a>&c;</a>", "<a></a>"),
            ("<!DOCTYPE svg PUBLIC 'a' 'b'><a>&c;&amp;</a>", "<a>&amp;</a>"),
            ("<!DOCTYPE svg [<!ENTITY a 'b'>]><a>&c;</a>", "<a>&c;</a>"),
            ("<!DOCTYPE svg [<!ENTITY lt '>'>]><a>&lt;</a>", "<a>&lt;</a>"),
        ] {
            assert_eq!(run(text).as_deref(), Ok(want), "{text}");
        }
    }

    #[test]
    fn laughs_are_refused_by_arithmetic() {
        let laughs = |levels: usize| {
            let line = |n: usize| format!("<!ENTITY a{} '{}'>", n + 1, format!("&a{n};").repeat(10));
            let lines: String = (0..levels).map(line).collect();
            format!("<!DOCTYPE svg [<!ENTITY a0 '{}'>{lines}]><svg>&a{levels};</svg>", "ha".repeat(50))
        };
        assert_eq!(run(&laughs(2)).map(|text| text.len()), Ok(10_011));
        let run = |text: &str| crate::timely::within(2, || run(text));
        assert_eq!(run(&laughs(9)), Err(ErrorCode::Limit));
        assert_eq!(run(&laughs(14)), Err(ErrorCode::Limit));
        assert_eq!(run(&laughs(20)), Err(ErrorCode::Limit));
        assert_eq!(run("<!DOCTYPE svg [<!ENTITY a '&a;'>]><svg>&a;</svg>"), Err(ErrorCode::Limit));
        let empty = (0..200).map(|n| format!("<!ENTITY b{n} ''>")).collect::<String>();
        assert_eq!(run(&format!("<!DOCTYPE svg [{empty}]><svg>&b9;</svg>")).as_deref(), Ok("<svg></svg>"));
        let nothing = laughs(14).replace('h', "").replace("a0 'a", "a0 '").replace(&"a".repeat(49), "");
        assert_eq!(run(&nothing), Err(ErrorCode::Limit));
        let many = (0..300).map(|n| format!("<!ENTITY b{n} ''>")).collect::<String>();
        assert_eq!(run(&format!("<!DOCTYPE svg [{many}]><svg/>")), Err(ErrorCode::Limit));
    }
}
