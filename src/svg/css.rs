//! Values, declarations and style sheets, written anew from what is known.
//!
//! A value holds words, numbers, calls of known functions, strings of plain characters, and `url(#id)`.
//! Escapes are nowhere allowed, so a word is what it looks like; and no character that could end a value, a
//! block or a string is ever written, so that readers who disagree about broken sheets read the same.

use super::{href, names};

/// The value of a property; `None` if it holds anything unknown.
pub(super) fn value(text: &str) -> Option<String> {
    let text = without_comments(text)?;
    let mut out = String::with_capacity(text.len());
    let mut open = 0_u32;
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let behind = rest.get(first.len_utf8()..).unwrap_or_default();
        rest = match first {
            _ if first.is_ascii_whitespace() => {
                out.push(' ');
                behind.trim_start()
            }
            '"' | '\'' => {
                let (inside, after) = behind.split_once(first)?;
                if !inside.chars().all(is_quotable) {
                    return None;
                }
                out.push(first);
                out.push_str(inside);
                out.push(first);
                after
            }
            '(' => {
                open += 1;
                out.push('(');
                behind.trim_start()
            }
            ')' => {
                open = open.checked_sub(1)?;
                if out.ends_with(' ') {
                    out.pop();
                }
                out.push(')');
                behind
            }
            _ if is_word(first) => {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                let (word, after) = rest.split_at_checked(end)?;
                match after.strip_prefix('(') {
                    Some(argument) if word.eq_ignore_ascii_case("url") => {
                        let (argument, after) = argument.split_once(')')?;
                        out.push_str("url(");
                        out.push_str(&href::local(unquoted(argument.trim()))?);
                        out.push(')');
                        after
                    }
                    Some(_) if !names::is_function(&word.to_ascii_lowercase()) => return None,
                    _ => {
                        out.push_str(word);
                        after
                    }
                }
            }
            '#' | '%' | '.' | ',' | '+' | '*' | '/' | '!' => {
                out.push(first);
                behind
            }
            _ => return None,
        };
    }
    (open == 0 && !out.is_empty()).then_some(out)
}

/// `a:b;c:d` with the declarations that are known; of several of one property the one that counts.
pub(super) fn declarations(text: &str) -> String {
    let mut kept: Vec<(String, String)> = Vec::new();
    let text = without_comments(text).unwrap_or_default();
    for part in split(&text, ';') {
        let Some((name, given)) = part.split_once(':') else { continue };
        let name = name.trim().to_ascii_lowercase();
        // Longer ones are none that anybody wrote.
        let Some(value) = value(given).filter(|value| names::is_property(&name) && value.len() <= LONGEST) else {
            continue;
        };
        let known = kept.iter().position(|(known, _)| *known == name);
        match known.and_then(|at| kept.get_mut(at)) {
            Some((_, earlier)) if earlier.contains('!') && !value.contains('!') => {}
            Some((_, earlier)) => *earlier = value,
            None => kept.push((name, value)),
        }
    }
    let kept: Vec<String> = kept.into_iter().map(|(name, value)| format!("{name}:{value}")).collect();
    kept.join(";")
}

/// A style sheet: rules, and rules inside `@media`. One text for each.
pub(super) fn sheet(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    rules(&without_comments(text).unwrap_or_default(), true, &mut out);
    out
}

fn rules(text: &str, media: bool, out: &mut Vec<String>) {
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        // Marks that hid sheets from old browsers.
        if let Some(after) = rest.strip_prefix("<!--").or_else(|| rest.strip_prefix("-->")) {
            rest = after.trim_start();
            continue;
        }
        let end = rest.find(['{', ';']).unwrap_or(rest.len());
        let (prelude, after) = rest.split_at_checked(end).unwrap_or_default();
        // Without a block: `@import`, `@charset`, `@namespace`.
        let Some(block) = after.strip_prefix('{') else {
            rest = after.strip_prefix(';').unwrap_or_default().trim_start();
            continue;
        };
        let Some((inside, after)) = close(block) else { return };
        rest = after.trim_start();
        let prelude = prelude.trim();
        if let Some(query) = prelude.strip_prefix("@media").filter(|_| media) {
            let mut nested = Vec::new();
            rules(inside, false, &mut nested);
            if let Some(query) = plain(query, is_query).filter(|_| !nested.is_empty()) {
                out.push(format!("@media {query}{{{}}}", nested.concat()));
            }
        } else if let Some(selector) = plain(prelude, is_selector).filter(|_| !inside.contains('{')) {
            let kept = declarations(inside);
            if !kept.is_empty() {
                out.push(format!("{selector}{{{kept}}}"));
            }
        }
    }
}

/// What stands before the brace that closes a block, and behind it.
fn close(block: &str) -> Option<(&str, &str)> {
    let (mut depth, mut quote) = (1_u32, None);
    for (at, c) in block.char_indices() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((block.get(..at)?, block.get(at + 1..)?));
        }
    }
    None
}

/// The parts between separators that stand in no string and no parentheses.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start, mut open, mut quote) = (Vec::new(), 0, 0_u32, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(mark), _) if mark == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(') => open += 1,
            (None, ')') => open = open.saturating_sub(1),
            (None, _) if c == separator && open == 0 => {
                parts.extend(text.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts
}

/// Text with a space for each comment; `None` if one does not end.
fn without_comments(text: &str) -> Option<String> {
    if !text.contains("/*") {
        return Some(text.to_owned());
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\'', '/']) {
        let (before, from) = rest.split_at_checked(at)?;
        out.push_str(before);
        if let Some(comment) = from.strip_prefix("/*") {
            out.push(' ');
            rest = comment.split_once("*/")?.1;
        } else {
            // A string to its end, or a lonely slash.
            let mark = from.chars().next()?;
            let length = if mark == '/' { 1 } else { from.get(1..)?.find(mark)? + 2 };
            let (kept, after) = from.split_at_checked(length)?;
            out.push_str(kept);
            rest = after;
        }
    }
    out.push_str(rest);
    Some(out)
}

/// Text of these characters only, with single spaces; its parentheses and brackets match.
fn plain(text: &str, allowed: fn(char) -> bool) -> Option<String> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let text = words.join(" ");
    let mut open = Vec::new();
    for c in text.chars() {
        match c {
            '(' | '[' => open.push(c),
            ')' => (open.pop() == Some('(')).then_some(())?,
            ']' => (open.pop() == Some('[')).then_some(())?,
            _ => {}
        }
    }
    (open.is_empty() && !text.is_empty() && text.chars().all(allowed)).then_some(text)
}

fn unquoted(text: &str) -> &str {
    let inside = |mark| text.strip_prefix(mark).and_then(|t: &str| t.strip_suffix(mark));
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_')
}

/// May stand in a string: no names of fonts need more.
fn is_quotable(c: char) -> bool {
    c == ' ' || is_word(c) || matches!(c, ',' | '.' | '&' | '+' | ':')
}

fn is_selector(c: char) -> bool {
    is_word(c)
        || matches!(
            c,
            ' ' | '.' | '#' | ':' | '*' | '>' | '+' | '~' | ',' | '[' | ']' | '=' | '|' | '^' | '$' | '(' | ')'
        )
}

fn is_query(c: char) -> bool {
    is_word(c) || matches!(c, ' ' | '.' | ':' | ',' | '(' | ')' | '/' | '<' | '>' | '=')
}

/// Bytes of the value of a declaration.
const LONGEST: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        for (text, want) in [
            (" red ", Some("red")),
            ("rgb( 1,2 , 3 )", Some("rgb(1,2 , 3)")),
            ("#FFF", Some("#FFF")),
            ("1.5e-3px, -2%", Some("1.5e-3px, -2%")),
            ("URL( '#a' ) none !important", Some("url(#a) none !important")),
            ("'Open Sans', serif", Some("'Open Sans', serif")),
            ("translate(1 2)\n\tscale(3)", Some("translate(1 2) scale(3)")),
            ("calc((1px + 2px)*3)", Some("calc((1px + 2px)*3)")),
            ("url(#a)/*x*/", Some("url(#a)")),
            ("url(#a", None),
            ("url(a)", None),
            ("url(//a#b)", None),
            ("url(data:image/png;base64,AA)", None),
            ("image-set('a' 1x)", None),
            ("expression(1)", None),
            ("url/**/(http://a)", None),
            ("\\75rl(#a)", None),
            ("'a\\'b'", None),
            ("'a", None),
            ("'</style>'", None),
            ("(a", None),
            ("a)", None),
            ("a;b", None),
            ("a{b}", None),
            ("javascript:a", None),
            ("", None),
            ("/*", None),
        ] {
            let got = value(text);
            assert_eq!(got.as_deref(), want, "{text}");
            if let Some(once) = got {
                assert_eq!(value(&once), Some(once));
            }
        }
    }

    #[test]
    fn sheets() {
        for (text, want) in [
            ("a { fill : red ; ; stroke : blue }", "a{fill:red;stroke:blue}"),
            ("a{fill:red;x:1;fill:blue}b{fill:red !important;fill:blue}", "a{fill:blue;x:1}b{fill:red !important}"),
            (".a,.b > g{fill:red}c{fill:}", ".a,.b > g{fill:red}"),
            ("@import 'x';@font-face{font-family:x;src:url(y)}a{fill:red}", "a{fill:red}"),
            ("@media print{a{fill:red}}@media x{}", "@media print{a{fill:red}}"),
            ("@media a{@media b{c{fill:red}}}", ""),
            ("@media print{a{fill:red}", ""),
            ("<!-- a{fill:red} -->", "a{fill:red}"),
            ("a{fill:red}/* b{} */c{fill:blue}", "a{fill:red}c{fill:blue}"),
            ("a{b{fill:red}}c{fill:red}", "c{fill:red}"),
            ("a\"{fill:red}b{font-family:\"} @import x; c{\"}", ""),
            ("a{font-family:\"}\";fill:red}", "a{fill:red}"),
            ("a[href^=http]{fill:red}", "a[href^=http]{fill:red}"),
            ("a[x='y']{fill:red}", ""),
            ("a:not(.b){fill:red}a:not(.b{fill:red}", "a:not(.b){fill:red}"),
            ("a{fill:red", ""),
            ("}a{fill:red}", ""),
        ] {
            let once = sheet(text).concat();
            assert_eq!(once, want, "{text}");
            assert_eq!(sheet(&once).concat(), once);
        }
    }
}
