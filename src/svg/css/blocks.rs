//! Splitting CSS into comments, strings and blocks, according to CSS Syntax 3.

/// A rule with its block, a declaration, or another statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Item<'a> {
    /// The text before the block or the semicolon.
    pub(crate) head: &'a str,
    /// The text between the braces.
    pub(crate) block: Option<&'a str>,
}

/// Returns the statements of a text without comments, in order.
pub(crate) fn items(text: &str) -> impl Iterator<Item = Item<'_>> {
    let mut rest = text.trim_start();
    std::iter::from_fn(move || {
        // Markers that hid style sheets from old browsers.
        while let Some(after) = rest.strip_prefix("<!--").or_else(|| rest.strip_prefix("-->")) {
            rest = after.trim_start();
        }
        if rest.is_empty() {
            return None;
        }
        let end = find(rest, |c| matches!(c, '{' | ';')).unwrap_or(rest.len());
        let (head, after) = rest.split_at_checked(end)?;
        let head = head.trim();
        let block = after.strip_prefix('{').map(|block| {
            let end = find(block, |c| c == '}').unwrap_or(block.len());
            let (inside, after) = block.split_at_checked(end).unwrap_or_default();
            rest = after.strip_prefix('}').unwrap_or_default().trim_start();
            inside
        });
        if block.is_none() {
            rest = after.strip_prefix(';').unwrap_or_default().trim_start();
        }
        Some(Item { head, block })
    })
}

/// Splits a text at separators that are outside strings and blocks.
pub(crate) fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(at) = find(rest, |c| c == separator) {
        parts.extend(rest.get(..at));
        rest = rest.get(at + separator.len_utf8()..).unwrap_or_default();
    }
    parts.push(rest);
    parts
}

/// Returns the position of a character outside strings and blocks.
fn find(text: &str, wanted: impl Fn(char) -> bool) -> Option<usize> {
    let (mut open, mut quote) = (Vec::new(), None);
    'text: for (at, c) in text.char_indices() {
        if quote.is_none() && open.is_empty() && wanted(c) {
            return Some(at);
        }
        match (quote, c) {
            // The end of the line also ends a string.
            (Some(mark), _) if mark == c || c == '\n' => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(') => open.push(')'),
            (None, '[') => open.push(']'),
            (None, '{') => open.push('}'),
            (None, ')' | ']' | '}') if open.last() == Some(&c) => _ = open.pop(),
            // The end of a block also ends everything that is open in it.
            (None, '}') => {
                while let Some(opened) = open.pop() {
                    if opened == '}' {
                        continue 'text;
                    }
                }
                if wanted(c) {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Replaces each comment by a space.
pub(crate) fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\'', '/']) {
        let (before, from) = rest.split_at_checked(at).unwrap_or_default();
        out.push_str(before);
        if let Some(comment) = from.strip_prefix("/*") {
            out.push(' ');
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
            continue;
        }
        // A string up to its end, or a slash that starts no comment.
        let mark = from.chars().next().unwrap_or('/');
        let behind = from.get(1..).unwrap_or_default();
        let length = if mark == '/' { 1 } else { behind.find([mark, '\n']).map_or(from.len(), |at| at + 2) };
        let (kept, after) = from.split_at_checked(length).unwrap_or_default();
        out.push_str(kept);
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements() {
        let read = |text| -> Vec<(String, Option<String>)> {
            items(text).map(|item| (item.head.to_owned(), item.block.map(str::to_owned))).collect()
        };
        let item = |head: &str, block: Option<&str>| (head.to_owned(), block.map(str::to_owned));
        for (text, want) in [
            ("a{b:c}d{}", vec![item("a", Some("b:c")), item("d", Some(""))]),
            ("a:b;c:url(d;e)", vec![item("a:b", None), item("c:url(d;e)", None)]),
            ("a:'}';b{c{d}}e", vec![item("a:'}'", None), item("b", Some("c{d}")), item("e", None)]),
            ("a{b:(}c{d", vec![item("a", Some("b:(")), item("c", Some("d"))]),
            ("a{b{c:(}d}e", vec![item("a", Some("b{c:(}d")), item("e", None)]),
            ("a{b:'\n}c{}", vec![item("a", Some("b:'\n")), item("c", Some(""))]),
            (" <!-- ", vec![]),
        ] {
            assert_eq!(read(text), want, "{text}");
        }
        assert_eq!(split("a,b(c,d),'e,f'", ','), ["a", "b(c,d)", "'e,f'"]);
        assert_eq!(without_comments("a/* ' */b'/*'c/*"), "a b'/*'c ");
    }
}
