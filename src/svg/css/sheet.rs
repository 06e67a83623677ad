//! Rewriting style sheets: rules, conditional rules, keyframes, and fonts that are embedded in the file.

use super::blocks::{Item, items, split, without_comments};
use super::value::{is_quotable, is_word, written};
use crate::svg::notes::Notes;
use crate::svg::{href, names};

/// Returns the rules of a style sheet that are kept, one text per rule. Nested rules are flattened.
pub(in crate::svg) fn sheet(text: &str, notes: &mut Notes) -> Vec<String> {
    let mut out = Vec::new();
    rules(&without_comments(text), 0, &mut out, notes);
    out
}

/// Returns `true` if a rule depends on the number of elements before or after an element.
pub(in crate::svg) fn has_structure(rule: &str) -> bool {
    let selector = rule.rsplit_once('{').map_or(rule, |(selector, _)| selector);
    ["-child", "-of-type", ":empty", "+", "~"].iter().any(|mark| selector.contains(mark))
}

fn rules(text: &str, depth: u32, out: &mut Vec<String>, notes: &mut Notes) {
    if depth > DEPTH {
        return notes.add("rules in one another", "");
    }
    for Item { head, block } in items(text) {
        let Some(rule) = head.strip_prefix('@') else {
            if let Some(block) = block {
                style_rule(head, block, depth, out, notes);
            }
            continue;
        };
        let end = rule.find(|c| !is_word(c)).unwrap_or(rule.len());
        let (name, prelude) = rule.split_at_checked(end).unwrap_or_default();
        let name = name.to_ascii_lowercase();
        let kept = match (name.as_str(), block) {
            ("media" | "supports" | "layer", Some(block)) => {
                let mut nested = Vec::new();
                rules(block, depth + 1, &mut nested, notes);
                // A cascade layer may have no name.
                let query = plain(prelude, is_query).or_else(|| (name == "layer").then(String::new));
                query.filter(|_| !nested.is_empty()).map(|query| {
                    let space = if query.is_empty() { "" } else { " " };
                    format!("@{name}{space}{query}{{{}}}", nested.concat())
                })
            }
            ("layer", None) => {
                plain(prelude, |c| is_word(c) || matches!(c, ' ' | ',' | '.')).map(|names| format!("@layer {names};"))
            }
            ("keyframes" | "-webkit-keyframes", Some(block)) => keyframes(prelude.trim(), block, notes),
            ("font-face", Some(block)) => font_face(block),
            ("charset", None) => continue,
            _ => None,
        };
        match kept {
            Some(kept) => out.push(kept),
            None => notes.add("rule", &format!("@{name}")),
        }
    }
}

/// Writes a rule with declarations and its nested rules: `a{b:c;d{e:f}}` becomes `a{b:c}:is(a) d{e:f}`.
fn style_rule(head: &str, block: &str, depth: u32, out: &mut Vec<String>, notes: &mut Notes) {
    let Some(selector) = selector(head) else { return notes.add("rule with an unknown selector", "") };
    let own: Vec<&str> = items(block).filter(|item| item.block.is_none()).map(|item| item.head).collect();
    let kept = written(&own, notes);
    if !kept.is_empty() {
        out.push(format!("{selector}{{{kept}}}"));
    }
    for Item { head, block } in items(block) {
        let Some(block) = block else { continue };
        if depth >= DEPTH || selector.len() > SELECTOR || out.len() > RULES || head.starts_with('@') {
            notes.add("rules in one another", "");
            continue;
        }
        let parent = format!(":is({selector})");
        let parts: Vec<String> = split(head, ',')
            .into_iter()
            .map(
                |part| {
                    if part.contains('&') { part.replace('&', &parent) } else { format!("{parent} {}", part.trim()) }
                },
            )
            .collect();
        style_rule(&parts.join(","), block, depth + 1, out, notes);
    }
}

fn keyframes(name: &str, block: &str, notes: &mut Notes) -> Option<String> {
    if name.is_empty() || !name.chars().all(is_word) {
        return None;
    }
    let mut frames = String::new();
    for Item { head, block } in items(block) {
        let place = |text: &str| {
            let text = text.trim().to_ascii_lowercase();
            let percent = || text.strip_suffix('%').is_some_and(|n| n.chars().all(|c| c.is_ascii_digit() || c == '.'));
            (matches!(text.as_str(), "from" | "to") || (text.len() > 1 && percent())).then_some(text)
        };
        let places: Option<Vec<String>> = head.split(',').map(place).collect();
        let (Some(places), Some(block)) = (places, block) else { continue };
        let own: Vec<&str> = items(block).filter(|item| item.block.is_none()).map(|item| item.head).collect();
        let kept = written(&own, notes);
        frames.push_str(&format!("{}{{{kept}}}", places.join(",")));
    }
    (!frames.is_empty()).then(|| format!("@keyframes {name}{{{frames}}}"))
}

/// Returns a font whose data is in the file.
fn font_face(block: &str) -> Option<String> {
    let mut kept: Vec<String> = Vec::new();
    for Item { head, .. } in items(block).filter(|item| item.block.is_none()) {
        let (name, value) = head.split_once(':')?;
        let name = name.trim().to_ascii_lowercase();
        let value = match name.as_str() {
            "src" => {
                let sources = split(value, ',').into_iter().filter_map(|source| href::font(source.trim()));
                let sources: Vec<String> = sources.collect();
                Some(sources.join(",")).filter(|sources| !sources.is_empty())
            }
            _ if names::is_of_font(&name) => super::value(value),
            _ => None,
        };
        kept.extend(value.map(|value| format!("{name}:{value}")));
    }
    let has = |name: &str| kept.iter().any(|declaration| declaration.starts_with(name));
    (has("src:") && has("font-family:")).then(|| format!("@font-face{{{}}}", kept.join(";")))
}

/// Returns a selector of known characters, with single spaces. Strings are allowed only in brackets.
fn selector(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.trim();
    let mut open = Vec::new();
    while let Some(c) = rest.chars().next() {
        let behind = rest.get(c.len_utf8()..).unwrap_or_default();
        rest = behind;
        match c {
            '"' | '\'' => {
                let (inside, after) = behind.split_once(c)?;
                let known = |c| is_quotable(c) || matches!(c, '#' | '/' | '%' | '=' | '!' | '?' | '*');
                (inside.chars().all(known) && open.last() == Some(&']')).then_some(())?;
                out.extend(["\"", inside, "\""]);
                rest = after;
                continue;
            }
            '(' if is_test(&out) => open.push(')'),
            '[' => open.push(']'),
            ')' | ']' => (open.pop() == Some(c)).then_some(())?,
            c if c.is_ascii_whitespace() => {
                out.push(' ');
                rest = behind.trim_start();
                continue;
            }
            c if is_selector(c) => {}
            _ => return None,
        }
        out.push(c);
    }
    (open.is_empty() && !out.is_empty() && out.len() <= LONGEST).then_some(out)
}

/// Returns `true` if a selector so far ends with a pseudo-class that takes an argument.
fn is_test(selector: &str) -> bool {
    let name = selector.rsplit_once(':').map_or("", |(_, name)| name).to_ascii_lowercase();
    matches!(
        name.as_str(),
        "not"
            | "is"
            | "where"
            | "matches"
            | "-webkit-any"
            | "has"
            | "lang"
            | "dir"
            | "nth-child"
            | "nth-last-child"
            | "nth-of-type"
            | "nth-last-of-type"
    )
}

/// Returns a text that consists only of these characters, with single spaces. Its parentheses must match.
fn plain(text: &str, allowed: fn(char) -> bool) -> Option<String> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let text = words.join(" ");
    let mut open = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            // Functions and addresses are not allowed.
            '(' if text.get(..at)?.ends_with(is_word)
                && !["and", "not", "or"].iter().any(|word| text.get(..at).is_some_and(|text| text.ends_with(word))) =>
            {
                return None;
            }
            '(' => open += 1,
            ')' => open = open.checked_sub(1)?,
            _ => {}
        }
    }
    (open == 0 && !text.is_empty() && text.chars().all(allowed)).then_some(text)
}

fn is_selector(c: char) -> bool {
    is_word(c) || matches!(c, '.' | '#' | ':' | '*' | '>' | '+' | '~' | ',' | '=' | '|' | '^' | '$' | '%')
}

fn is_query(c: char) -> bool {
    is_word(c) || matches!(c, ' ' | '.' | ':' | ',' | '(' | ')' | '/' | '<' | '>' | '=' | '%' | '#')
}

/// The maximum nesting of rules.
const DEPTH: u32 = 4;
/// The maximum length in bytes of a selector whose nested rules are kept.
const SELECTOR: usize = 256;
/// The number of rules in a style sheet above which nested rules are left out.
const RULES: usize = 10_000;
/// The maximum length of a selector in bytes.
const LONGEST: usize = 8192;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets() {
        for (text, want) in [
            ("a { fill : red ; ; stroke : blue }", "a{fill:red;stroke:blue}"),
            ("a{fill:red;x:1;fill:blue}b{fill:red !important;fill:blue}", "a{fill:blue;x:1}b{fill:red !important}"),
            (".a,.b > g{fill:red}c{fill:}", ".a,.b > g{fill:red}"),
            ("@import 'x';@font-face{font-family:x;src:url(y)}a{fill:red}", "a{fill:red}"),
            ("@media print{a{fill:red}}@media x{}", "@media print{a{fill:red}}"),
            ("@media a{@media b{c{fill:red}}}", "@media a{@media b{c{fill:red}}}"),
            ("@media print{a{fill:red}", "@media print{a{fill:red}}"),
            ("@supports (x:y){a{fill:red}}", "@supports (x:y){a{fill:red}}"),
            ("@layer a,b;@layer{a{fill:red}}", "@layer a,b;@layer{a{fill:red}}"),
            ("<!-- a{fill:red} -->", "a{fill:red}"),
            ("a{fill:red}/* b{} */c{fill:blue}", "a{fill:red}c{fill:blue}"),
            ("a{x:1;b{fill:red}}c{fill:red}", "a{x:1}:is(a) b{fill:red}c{fill:red}"),
            ("a{&.b,&>c{fill:red}}", ":is(a).b,:is(a)>c{fill:red}"),
            ("a\"{fill:red}b{font-family:\"} @import x; c{\"}", ""),
            ("a{font-family:\"}\";fill:red}", "a{fill:red}"),
            ("a{font-family:'x\n;fill:red}b{fill:red}", "a{fill:red}b{fill:red}"),
            ("a[href^=http]{fill:red}", "a[href^=http]{fill:red}"),
            ("a[x='y z']{fill:red}a[x='</']{fill:red}", "a[x=\"y z\"]{fill:red}"),
            ("'a'{fill:red}a\\62{fill:red}", ""),
            ("a:not(.b){fill:red}a:not(.b{fill:red}", "a:not(.b){fill:red}"),
            (":root{--c:#39f}.a{fill:var(--c,red)}", ":root{--c:#39f}.a{fill:var(--c,red)}"),
            ("a{fill:red", "a{fill:red}"),
            ("}a{fill:red}", ""),
            (
                "@keyframes d{from,50%{fill:red}to{transform:rotate(360deg);behavior:url(#a)}x{fill:red}}",
                "@keyframes d{from,50%{fill:red}to{transform:rotate(360deg)}}",
            ),
            ("@keyframes 'd'{to{fill:red}}@page{a{fill:red}}", ""),
            (
                "@font-face{font-family:'x';src:url(http://a),url(data:font/woff2;base64,d09GMgAB) format('woff2')}",
                "@font-face{font-family:'x';src:url(data:font/woff2;base64,d09GMgAB)}",
            ),
            ("@font-face{font-family:x;src:url(data:font/woff;base64,PHN2Zz4=)}", ""),
        ] {
            let once = sheet(text, &mut Notes::default()).concat();
            assert_eq!(once, want, "{text}");
            assert_eq!(sheet(&once, &mut Notes::default()).concat(), once);
        }
    }

    #[test]
    fn what_is_dropped_is_told() {
        let mut notes = Notes::default();
        sheet("@import 'a';a{behavior:url(#a);-moz-binding:x;fill:red}", &mut notes);
        let texts: Vec<String> = notes.take().iter().map(ToString::to_string).collect();
        assert_eq!(texts.len(), 2, "{texts:?}");
        assert!(texts[0].ends_with("rule @import") && texts[1].ends_with("property behavior"), "{texts:?}");
    }
}
