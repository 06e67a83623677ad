//! Selectors (Selectors 4) that depend on the tree alone.

use crate::svg::split;

/// The compound selectors from the last to the first, each with the combinator before it.
#[derive(Debug)]
pub(super) struct Selector {
    pub(super) parts: Vec<(Compound, Join)>,
    /// The numbers of ids; of classes, attributes and pseudo-classes; and of types.
    pub(super) specificity: [u32; 3],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Join {
    /// There is no selector before this one.
    First,
    Descendant,
    Child,
    Next,
    Later,
}

pub(super) type Compound = Vec<Simple>;

#[derive(Debug)]
pub(super) enum Simple {
    Type(String),
    Id(String),
    Class(String),
    Attribute {
        name: String,
        operator: char,
        value: String,
        folded: bool,
    },
    Root,
    Empty,
    /// Matches every `step`th position from `offset` on: among elements of the same type if `typed`, counted from the
    /// end if `last`.
    Nth {
        step: i64,
        offset: i64,
        typed: bool,
        last: bool,
    },
    /// Matches one of these selectors, or none of them if `not`.
    Is {
        any: Vec<Selector>,
        not: bool,
    },
    /// Matches nothing: no element of an image is hovered, visited or focused.
    Never,
    Always,
}

/// Parses a list of selectors. Returns `None` if one of them is unknown, which makes the rule invalid.
pub(super) fn list(text: &str) -> Option<Vec<Selector>> {
    list_at(text, 0)
}

fn list_at(text: &str, depth: u32) -> Option<Vec<Selector>> {
    if depth > DEPTH {
        return None;
    }
    split(text, ',').into_iter().map(|part| selector(part.trim(), depth)).collect()
}

fn selector(text: &str, depth: u32) -> Option<Selector> {
    let mut reader = Reader { rest: text, depth, specificity: [0; 3] };
    let mut parts = Vec::new();
    let mut join = Join::First;
    loop {
        parts.push((reader.compound()?, join));
        let trimmed = reader.rest.trim_start();
        let space = trimmed.len() < reader.rest.len();
        reader.rest = trimmed;
        let Some(c) = trimmed.chars().next() else { break };
        join = match c {
            '>' => Join::Child,
            '+' => Join::Next,
            '~' => Join::Later,
            _ if space => Join::Descendant,
            _ => return None,
        };
        if join != Join::Descendant {
            reader.rest = trimmed.get(1..)?.trim_start();
        }
    }
    parts.reverse();
    // Each part holds the combinator between it and the previous part of the selector.
    Some(Selector { parts, specificity: reader.specificity })
}

struct Reader<'a> {
    rest: &'a str,
    depth: u32,
    specificity: [u32; 3],
}

impl<'a> Reader<'a> {
    fn word(&mut self) -> Option<&'a str> {
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_')).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    fn count(&mut self, kind: usize) {
        if let Some(count) = self.specificity.get_mut(kind) {
            *count += 1;
        }
    }

    /// Returns the text up to the parenthesis that closes the open one.
    fn inside(&mut self) -> Option<&'a str> {
        let mut depth = 1_u32;
        for (at, c) in self.rest.char_indices() {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                let inside = self.rest.get(..at)?;
                self.rest = self.rest.get(at + 1..)?;
                return Some(inside);
            }
        }
        None
    }

    fn compound(&mut self) -> Option<Compound> {
        let mut all = Vec::new();
        while let Some(c) = self.rest.chars().next() {
            let behind = self.rest.get(c.len_utf8()..)?;
            match c {
                '*' => {
                    self.rest = behind;
                    all.push(Simple::Always);
                }
                // The namespace is ignored, since there is only one.
                '|' if behind.starts_with(|c: char| c.is_alphanumeric() || c == '*') => {
                    self.rest = behind;
                    if matches!(all.last(), Some(Simple::Type(_))) {
                        all.pop();
                        if let Some(types) = self.specificity.get_mut(2) {
                            *types -= 1;
                        }
                    }
                }
                '.' => {
                    self.rest = behind;
                    all.push(Simple::Class(self.word()?.to_owned()));
                    self.count(1);
                }
                '#' => {
                    self.rest = behind;
                    all.push(Simple::Id(self.word()?.to_owned()));
                    self.count(0);
                }
                '[' => {
                    let (inside, rest) = behind.split_once(']')?;
                    self.rest = rest;
                    all.push(attribute(inside)?);
                    self.count(1);
                }
                ':' => {
                    self.rest = behind;
                    all.push(self.pseudo()?);
                }
                c if c.is_alphanumeric() || matches!(c, '-' | '_') => {
                    all.push(Simple::Type(self.word()?.to_owned()));
                    self.count(2);
                }
                _ => break,
            }
        }
        (!all.is_empty()).then_some(all)
    }

    fn pseudo(&mut self) -> Option<Simple> {
        // Pseudo-elements match no element.
        if let Some(rest) = self.rest.strip_prefix(':') {
            self.rest = rest;
            self.word()?;
            return Some(Simple::Never);
        }
        let name = self.word()?.to_ascii_lowercase();
        let argument = match self.rest.strip_prefix('(') {
            Some(rest) => {
                self.rest = rest;
                Some(self.inside()?.trim())
            }
            None => None,
        };
        let nth = |step, offset, typed, last| Simple::Nth { step, offset, typed, last };
        let parsed = match (name.as_str(), argument) {
            ("is" | "where" | "matches" | "-webkit-any" | "not", Some(text)) => {
                let any = list_at(text, self.depth + 1)?;
                let most = any.iter().map(|selector| selector.specificity).max().filter(|_| name != "where");
                for (sum, more) in self.specificity.iter_mut().zip(most.unwrap_or_default()) {
                    *sum += more;
                }
                return Some(Simple::Is { any, not: name == "not" });
            }
            ("nth-child" | "nth-last-child" | "nth-of-type" | "nth-last-of-type", Some(text)) => {
                let (step, offset) = formula(text)?;
                nth(step, offset, name.ends_with("type"), name.contains("last"))
            }
            ("first-child", None) => nth(0, 1, false, false),
            ("last-child", None) => nth(0, 1, false, true),
            ("first-of-type", None) => nth(0, 1, true, false),
            ("last-of-type", None) => nth(0, 1, true, true),
            ("only-child" | "only-of-type", None) => {
                let typed = name == "only-of-type";
                let both = [false, true].map(|last| Selector {
                    parts: vec![(vec![nth(0, 1, typed, last)], Join::First)],
                    specificity: [0; 3],
                });
                // Both conditions hold if neither negation holds.
                let neither = both.map(|selector| Selector {
                    parts: vec![(vec![Simple::Is { any: vec![selector], not: true }], Join::First)],
                    specificity: [0; 3],
                });
                Simple::Is { any: neither.into(), not: true }
            }
            ("root" | "scope", None) => Simple::Root,
            ("empty", None) => Simple::Empty,
            ("enabled" | "defined", None) => Simple::Always,
            (
                "hover" | "active" | "focus" | "focus-within" | "focus-visible" | "visited" | "link" | "any-link"
                | "target" | "target-within" | "checked" | "disabled",
                None,
            ) => Simple::Never,
            ("lang" | "dir", Some(_)) => Simple::Never,
            _ => return None,
        };
        self.count(1);
        Some(parsed)
    }
}

fn attribute(text: &str) -> Option<Simple> {
    let Some((name, value)) = text.split_once('=') else {
        let name = text.trim().trim_start_matches(['*', '|']);
        return Some(Simple::Attribute { name: name.to_owned(), operator: ' ', value: String::new(), folded: false });
    };
    let operator = name.chars().next_back().filter(|c| matches!(c, '~' | '|' | '^' | '$' | '*')).unwrap_or('=');
    let name = name.trim_end_matches(operator).trim().trim_start_matches(['*', '|']);
    let value = value.trim();
    let (value, flag) = match value.strip_prefix(['"', '\'']) {
        Some(quoted) => quoted.split_once(['"', '\''])?,
        None => value.split_once(' ').unwrap_or((value, "")),
    };
    let folded = flag.trim().eq_ignore_ascii_case("i");
    (!name.is_empty()).then(|| Simple::Attribute { name: name.to_owned(), operator, value: value.to_owned(), folded })
}

/// Parses a formula such as `2n+1`, `odd`, `-n + 3` or `4`.
fn formula(text: &str) -> Option<(i64, i64)> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    match text.as_str() {
        "odd" => return Some((2, 1)),
        "even" => return Some((2, 0)),
        _ => {}
    }
    let number = |text: &str| text.trim_start_matches('+').parse::<i32>().ok().map(i64::from);
    let Some((step, offset)) = text.split_once('n') else { return Some((0, number(&text)?)) };
    let step = match step {
        "" | "+" => 1,
        "-" => -1,
        step => number(step)?,
    };
    Some((step, if offset.is_empty() { 0 } else { number(offset)? }))
}

/// The maximum nesting depth of selectors.
const DEPTH: u32 = 4;

#[cfg(test)]
mod tests {
    use roxmltree::Node;

    use super::*;
    use crate::pixels::codec::svg::style::matching::Fuel;

    #[test]
    fn elements_are_selected() {
        let file = "<svg><defs/><g id='a' class='x y' lang='de-AT'><rect/><circle class='z'/><rect id='b' href='#Cd'/>\
                    <path/></g><g/></svg>";
        let document = roxmltree::Document::parse(file).unwrap();
        for (text, want) in [
            ("rect", Some(2)),
            ("*", Some(8)),
            ("svg|rect, *|circle", Some(3)),
            ("#a > .z, #nothing", Some(1)),
            ("svg rect", Some(2)),
            ("svg>rect", Some(0)),
            ("circle + rect", Some(1)),
            ("rect ~ *", Some(3)),
            ("rect ~ rect", Some(1)),
            ("defs ~ g rect", Some(2)),
            ("[class~=\"y\"]", Some(1)),
            ("[lang|=de][class^=x]", Some(1)),
            ("[href$=d],[href*='C']", Some(1)),
            ("[href='#cd' i]", Some(1)),
            ("[href='#cd']", Some(0)),
            ("[id]", Some(2)),
            (":root", Some(1)),
            ("rect:first-child", Some(1)),
            ("g:nth-child(2n + 1)", Some(1)),
            ("rect:nth-of-type(2)", Some(1)),
            ("g > :nth-child(-n+2)", Some(2)),
            ("g > :nth-last-child(odd)", Some(2)),
            ("path:last-child, g:only-child, circle:only-of-type", Some(2)),
            ("rect:not(#b, .q)", Some(1)),
            (":is(rect, circle):not(:first-child)", Some(2)),
            ("g:empty", Some(1)),
            ("rect:hover, rect::before", Some(0)),
            ("rect:unknown", None),
            ("rect:not(", None),
            ("> rect", None),
            ("rect >", None),
            ("", None),
        ] {
            let got = list(text).map(|selectors| {
                let meant = |node: &Node<'_, '_>| selectors.iter().any(|s| s.matches(*node, &mut Fuel(9999)));
                document.descendants().filter(Node::is_element).filter(meant).count()
            });
            assert_eq!(got, want, "{text}");
        }
        let specific = |text| list(text).unwrap()[0].specificity;
        assert_eq!(specific("g#a .b[c]:root rect"), [1, 3, 2]);
        assert_eq!(specific(":is(#a, b) :where(#a)"), [1, 0, 0]);
    }

    #[test]
    fn matching_ends() {
        let file = format!("<svg>{}{}</svg>", "<g>".repeat(60), "</g>".repeat(60));
        let document = roxmltree::Document::parse(&file).unwrap();
        let selectors = list(&format!("x {}", "g ".repeat(30))).unwrap();
        let last = document.descendants().next_back().unwrap();
        let mut fuel = Fuel(1_000_000);
        assert!(!selectors[0].matches(last, &mut fuel));
        assert_eq!(fuel.0, 0);
    }
}
