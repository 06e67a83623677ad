//! Rewriting values and declarations.

use super::blocks::{items, without_comments};
use crate::svg::notes::Notes;
use crate::svg::{href, names};

/// Returns the value of a property, or `None` if it contains anything unknown.
pub(in crate::svg) fn value(text: &str) -> Option<String> {
    let text = without_comments(text);
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
                if !inside.chars().all(is_quotable) || inside.to_ascii_lowercase().contains("script:") {
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
                        let (argument, after) = address(argument)?;
                        out.push_str(&href::function(argument)?);
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

/// Returns the value of a paint. An external one becomes its fallback or `none`, as if it could not be fetched.
pub(in crate::svg) fn paint(text: &str) -> Option<String> {
    value(text).or_else(|| {
        let text = without_comments(text);
        let address =
            text.trim().get(..4).filter(|start| start.eq_ignore_ascii_case("url(")).and(text.trim().get(4..))?;
        let (_, fallback) = self::address(address)?;
        Some(value(fallback).unwrap_or_else(|| "none".to_owned()))
    })
}

/// Returns the known declarations as `a:b;c:d`. Of several declarations of a property, the one that applies is kept.
pub(in crate::svg) fn declarations(text: &str, notes: &mut Notes) -> String {
    let text = without_comments(text);
    let heads: Vec<&str> = items(&text).filter(|item| item.block.is_none()).map(|item| item.head).collect();
    written(&heads, notes)
}

/// Writes declarations.
pub(super) fn written(given: &[&str], notes: &mut Notes) -> String {
    let mut kept: Vec<(String, String)> = Vec::new();
    for part in given {
        let Some((name, given)) = part.split_once(':') else { continue };
        let name = name.trim();
        let custom = is_custom(name);
        let name = if custom { name.to_owned() } else { name.to_ascii_lowercase() };
        let value = match name.as_str() {
            _ if !custom && !names::is_property(&name) => None,
            "fill" | "stroke" => paint(given),
            _ => value(given),
        };
        if matches!(name.as_str(), "fill" | "stroke")
            && value.as_ref().is_some_and(|value| !value.contains("url("))
            && given.contains("url(")
        {
            notes.add("address in", &name);
        }
        // Real files have no longer values.
        let Some(value) = value.filter(|value| value.len() <= LONGEST) else {
            // Properties of one browser or program have no meaning for others.
            if !name.starts_with('-') || custom {
                notes.add("property", &name);
            }
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

/// Returns the argument of `url(` without quotes, and the text after the closing parenthesis.
fn address(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        let (argument, after) = text.split_once(')')?;
        return Some((argument.trim_end(), after));
    };
    let (argument, after) = text.get(1..)?.split_once(quote)?;
    after.trim_start().strip_prefix(')').map(|after| (argument, after))
}

/// Returns `true` for the name of a custom property.
fn is_custom(name: &str) -> bool {
    name.strip_prefix("--").is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_word))
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_')
}

/// Returns `true` for a character that is allowed in a string: names of fonts and path data need no others.
pub(super) fn is_quotable(c: char) -> bool {
    c == ' ' || is_word(c) || matches!(c, ',' | '.' | '&' | '+' | ':')
}

/// The maximum length in bytes of the value of a declaration.
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
            ("path('M0 0L1,1')", Some("path('M0 0L1,1')")),
            ("var(--a, #39f)", Some("var(--a, #39f)")),
            ("d 1.4s cubic-bezier(0,0,1,1) infinite", Some("d 1.4s cubic-bezier(0,0,1,1) infinite")),
            ("url('#a (b)')", Some("url('#a (b)')")),
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
            ("attr(href url)", None),
        ] {
            let got = value(text);
            assert_eq!(got.as_deref(), want, "{text}");
            if let Some(once) = got {
                assert_eq!(value(&once), Some(once));
            }
        }
    }

    #[test]
    fn declarations_that_are_known() {
        for (text, want) in [
            ("fill:red;;x:1;fill:blue", "fill:blue;x:1"),
            ("--c:#39f;--C:red;fill:var(--c)", "--c:#39f;--C:red;fill:var(--c)"),
            ("--c:url(http://a);--:1;fill:red", "fill:red"),
            ("fill:url(http://a#b);stroke:url(//a) red", "fill:none;stroke:red"),
            ("FILL:red;behavior:url(#a)", "fill:red"),
            ("fill:red;stroke:'a\n;x:1", "fill:red;x:1"),
            ("fill:red;src:url(data:a;b)", "fill:red"),
            ("animation:a 1s;animation-delay:-.5s", "animation:a 1s;animation-delay:-.5s"),
        ] {
            let once = declarations(text, &mut Notes::default());
            assert_eq!(once, want, "{text}");
            assert_eq!(declarations(&once, &mut Notes::default()), once);
        }
    }
}
