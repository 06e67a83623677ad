//! Which file of a crate names which other: as much of Rust's grammar as that takes, and no more.
//!
//! Comments, texts and everything under `#[cfg(test)]` are left out. Trees of `use` are taken apart, and paths that
//! begin with `crate`, `self`, `super` or the name of a child module are followed as far as they name modules.

use std::collections::{BTreeMap, BTreeSet};

/// One file names something in another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Arrow {
    /// The file that names, by its path below `src`.
    pub(crate) from: String,
    /// The file of the module that is named.
    pub(crate) to: String,
    /// A path by which it is named, as written.
    pub(crate) path: String,
}

/// The module of a file: `plan/fuse/mod.rs` is `["plan", "fuse"]`, and `lib.rs` is the root, `[]`.
pub(crate) fn module(file: &str) -> Vec<&str> {
    let mut names: Vec<&str> = file.trim_end_matches(".rs").split('/').collect();
    names.pop_if(|last| matches!(*last, "mod" | "lib"));
    names
}

/// The arrows between files, given with their texts: one for each pair, and none from or to tests.
pub(crate) fn arrows(files: &[(String, String)]) -> Vec<Arrow> {
    let mut tests = BTreeSet::new();
    let mut read = Vec::new();
    for (file, text) in files {
        let (tokens, test_modules) = without_tests(&tokens(text));
        let module = module(file);
        tests.extend(test_modules.into_iter().map(|name| child(&module, &name)));
        read.push((file, module, tokens));
    }
    let is_test = |module: &[&str]| (1..=module.len()).any(|n| tests.contains(&module[..n].join("::")));
    read.retain(|(_, module, _)| !is_test(module));
    let homes: BTreeMap<String, &String> = read.iter().map(|(file, module, _)| (module.join("::"), *file)).collect();

    let mut found = BTreeMap::new();
    for (file, module, tokens) in &read {
        for Named { inside, path } in named(tokens) {
            let home = follow(module, &inside, &path, &homes);
            for to in home.into_iter().filter(|to| to != file) {
                found.entry((*file, to)).or_insert_with(|| path.join("::"));
            }
        }
    }
    let arrow = |((from, to), path): ((&String, &String), String)| Arrow { from: from.clone(), to: to.clone(), path };
    found.into_iter().map(arrow).collect()
}

fn child(module: &[&str], name: &str) -> String {
    module.iter().copied().chain([name]).collect::<Vec<_>>().join("::")
}

/// The file of the module that a path leads to; `None` for what is of another crate or of the file itself.
fn follow<'a>(
    module: &[&str],
    inside: &[String],
    path: &[String],
    homes: &BTreeMap<String, &'a String>,
) -> Option<&'a String> {
    let here: Vec<&str> = module.iter().copied().chain(inside.iter().map(String::as_str)).collect();
    let mut names = path.iter().map(String::as_str).peekable();
    let mut full = match *names.peek()? {
        "crate" => Vec::new(),
        "self" | "super" => here,
        first if homes.contains_key(&child(&here, first)) => here,
        _ => return None,
    };
    for name in names {
        match name {
            "crate" | "self" => {}
            "super" => _ = full.pop(),
            name => full.push(name),
        }
    }
    (0..=full.len()).rev().find_map(|n| homes.get(&full[..n].join("::")).copied())
}

/// A path in a file.
struct Named {
    /// The modules inside the file that it stands in.
    inside: Vec<String>,
    path: Vec<String>,
}

/// Every path of several names, those of `use` included.
fn named(tokens: &[String]) -> Vec<Named> {
    let mut found = Vec::new();
    // Modules that are open, each with the depth of braces it was opened at.
    let mut open: Vec<(String, usize)> = Vec::new();
    let (mut at, mut depth) = (0, 0_usize);
    while at < tokens.len() {
        let inside = || open.iter().map(|(name, _)| name.clone()).collect();
        let token = |n: usize| tokens.get(n).map_or("", String::as_str);
        match token(at) {
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                open.pop_if(|(_, opened)| *opened == depth);
            }
            "mod" if token(at + 2) == "{" => {
                open.push((token(at + 1).to_owned(), depth));
                depth += 1;
                at += 2;
            }
            // `impl Trait + use<'a>` imports nothing.
            "use" if token(at + 1) != "<" => {
                let mut paths = Vec::new();
                at = use_tree(tokens, at + 1, Vec::new(), &mut paths);
                found.extend(paths.into_iter().map(|path| Named { inside: inside(), path }));
            }
            name if is_name(name) && token(at + 1) == "::" => {
                let first = at;
                while token(at + 1) == "::" && is_name(token(at + 2)) {
                    at += 2;
                }
                // A path of another crate, the rest of a generic one, or a visibility.
                let counts = first == 0
                    || (token(first - 1) != "::"
                        && !(token(first - 1) == "in" && first > 1 && token(first - 2) == "("));
                if counts && at > first {
                    let path = tokens[first..=at].iter().filter(|token| *token != "::").cloned().collect();
                    found.push(Named { inside: inside(), path });
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Takes a tree of `use` apart, and answers where it ends.
fn use_tree(tokens: &[String], mut at: usize, mut path: Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    while let Some(token) = tokens.get(at) {
        match token.as_str() {
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token != "}") {
                    let end = use_tree(tokens, at, path.clone(), found);
                    // A comma, or in a macro what only it knows.
                    let more = end == at || tokens.get(end).is_some_and(|token| token == ",");
                    at = end + usize::from(more);
                }
                return at + 1;
            }
            "::" if path.is_empty() => path.push("::".to_owned()),
            "as" => at += 1,
            "*" | "::" => {}
            name if is_name(name) => path.push(name.to_owned()),
            _ => break,
        }
        at += 1;
    }
    found.push(path);
    at
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Leaves out what is under `#[cfg(test)]`; answers the names of modules among it that have files of their own.
fn without_tests(tokens: &[String]) -> (Vec<String>, Vec<String>) {
    let mut kept = Vec::new();
    let mut modules = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let token = |n: usize| tokens.get(n).map_or("", String::as_str);
        let is_cfg = [token(at), token(at + 1), token(at + 2), token(at + 3)] == ["#", "[", "cfg", "("];
        let is_test = match token(at + 4) {
            "test" => true,
            "all" => all_has_test(&tokens[at + 5..]),
            _ => false,
        };
        if !is_cfg || !is_test {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        let end = item_end(tokens, at);
        let item = &tokens[at..end];
        if let [.., name, semicolon] = item
            && semicolon == ";"
            && item.iter().rev().nth(2).is_some_and(|token| token == "mod")
        {
            modules.push(name.clone());
        }
        at = end;
    }
    (kept, modules)
}

/// Returns `true` if `test` is one of the conditions in the parentheses of an `all`.
fn all_has_test(tokens: &[String]) -> bool {
    let mut depth = 0;
    for token in tokens {
        match token.as_str() {
            "(" => depth += 1,
            ")" => depth -= 1,
            "test" if depth == 1 => return true,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    false
}

/// Behind the item that begins, with its attributes, at a token.
///
/// It ends with its braces, or with `;`. A constant or a `use` ends with `;` alone, and what is no item (a field, an
/// arm) with a comma or where the braces around it close.
fn item_end(tokens: &[String], mut at: usize) -> usize {
    const ITEMS: [&str; 16] = [
        "fn",
        "mod",
        "struct",
        "enum",
        "union",
        "trait",
        "impl",
        "unsafe",
        "async",
        "extern",
        "macro_rules",
        "use",
        "const",
        "static",
        "type",
        "let",
    ];
    while tokens.get(at).is_some_and(|token| token == "#") {
        at = closed(tokens, at + 1);
    }
    if tokens.get(at).is_some_and(|token| token == "pub") {
        at += 1;
        if tokens.get(at).is_some_and(|token| token == "(") {
            at = closed(tokens, at);
        }
    }
    let first = tokens.get(at).map_or("", String::as_str);
    if first == "{" {
        return closed(tokens, at);
    }
    // `const fn` is a function.
    let is_function = tokens[at..].iter().take(4).any(|token| token == "fn");
    let is_item = ITEMS.contains(&first);
    let braces_end = is_item && (is_function || !["use", "const", "static", "type", "let"].contains(&first));
    while let Some(token) = tokens.get(at) {
        match token.as_str() {
            ";" => return at + 1,
            "," if !is_item => return at + 1,
            ")" | "]" | "}" => return at,
            "{" if braces_end => return closed(tokens, at),
            // The block of an arm needs no comma behind it.
            "{" if !is_item && tokens[..at].ends_with(&["=".to_owned(), ">".to_owned()]) => {
                let end = closed(tokens, at);
                return end + usize::from(tokens.get(end).is_some_and(|token| token == ","));
            }
            "(" | "[" | "{" => at = closed(tokens, at),
            _ => at += 1,
        }
    }
    at
}

/// Behind the bracket that closes the one at a token.
fn closed(tokens: &[String], mut at: usize) -> usize {
    let mut depth = 0;
    while let Some(token) = tokens.get(at) {
        match token.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth <= 0 {
            break;
        }
    }
    at
}

/// Names, `::` and single characters. A text or character is one `"`; comments and spaces are nothing.
fn tokens(text: &str) -> Vec<String> {
    let text: Vec<char> = text.chars().collect();
    let char_at = |at: usize| text.get(at).copied().unwrap_or('\0');
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match (char_at(at), char_at(at + 1)) {
            ('/', '/') => {
                while at < text.len() && char_at(at) != '\n' {
                    at += 1;
                }
            }
            ('/', '*') => at = behind_comment(&text, at),
            ('"', _) => {
                at = behind_text(&text, at, '"');
                found.push("\"".to_owned());
            }
            // A character, or else a lifetime.
            ('\'', next) if next == '\\' || char_at(at + 2) == '\'' => {
                at = behind_text(&text, at, '\'');
                found.push("\"".to_owned());
            }
            (':', ':') => {
                found.push("::".to_owned());
                at += 2;
            }
            (first, _) if is_part(first) => {
                let start = at;
                while is_part(char_at(at)) {
                    at += 1;
                }
                let word: String = text[start..at].iter().collect();
                let hashes = text[at..].iter().take_while(|c| **c == '#').count();
                match (word.as_str(), char_at(at + hashes)) {
                    ("r" | "br" | "cr", '"') => {
                        at = behind_raw_text(&text, at + hashes + 1, hashes);
                        found.push("\"".to_owned());
                    }
                    // `r#name`
                    ("r", next) if hashes == 1 && is_part(next) => at += 1,
                    _ => found.push(word),
                }
            }
            (other, _) => {
                found.extend((!other.is_whitespace()).then(|| other.to_string()));
                at += 1;
            }
        }
    }
    found
}

/// Behind a comment, and those in it.
fn behind_comment(text: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    while at < text.len() {
        match text.get(at..at + 2) {
            Some(['/', '*']) => (depth, at) = (depth + 1, at + 2),
            Some(['*', '/']) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// Behind a text or character that begins with a quote.
fn behind_text(text: &[char], start: usize, quote: char) -> usize {
    let mut at = start + 1;
    while let Some(character) = text.get(at) {
        match character {
            '\\' => at += 2,
            _ if *character == quote => return at + 1,
            _ => at += 1,
        }
    }
    at
}

/// Behind a raw text that ends with a quote and so many `#`.
fn behind_raw_text(text: &[char], mut at: usize, hashes: usize) -> usize {
    while at < text.len() {
        let is_end = text[at] == '"' && text[at + 1..].iter().take_while(|c| **c == '#').count() >= hashes;
        at += 1;
        if is_end {
            return at + hashes;
        }
    }
    at
}

#[test]
fn paths_are_followed_to_files() {
    let empty = |file: &str| (file.to_owned(), String::new());
    let of = |file: &str, text: &str| {
        let others = ["lib.rs", "a.rs", "b/mod.rs", "b/leaf.rs", "b/c/mod.rs", "b/c/deep.rs"];
        let mut files: Vec<_> = others.into_iter().filter(|other| *other != file).map(empty).collect();
        files.push((file.to_owned(), text.to_owned()));
        let found = arrows(&files);
        found.into_iter().map(|arrow| arrow.to).collect::<Vec<_>>().join(" ")
    };
    for (file, text, want) in [
        ("b/c/deep.rs", "use crate::a::Thing;", "a.rs"),
        ("b/c/deep.rs", "use super::Thing;", "b/c/mod.rs"),
        ("b/c/deep.rs", "use super::super::{self, leaf::{A, B as C}, Thing};", "b/leaf.rs b/mod.rs"),
        ("b/c/deep.rs", "use crate::Root;", "lib.rs"),
        (
            "b/c/deep.rs",
            "fn f() -> super::super::leaf::A<'static> { crate::a::f::<u8>('\\'', '\"') }",
            "a.rs b/leaf.rs",
        ),
        ("b/mod.rs", "mod leaf; mod c; pub use leaf::A; pub use self::c::{deep::*};", "b/c/deep.rs b/leaf.rs"),
        ("b/leaf.rs", "use std::fmt; use ::a::X; fn f() { a::g(); Self::crate_name(); x.collect::<Vec<_>>() }", ""),
        ("b/leaf.rs", "pub(in crate::a) fn f<'a>() -> impl Sized + use<'a> { }", ""),
        ("b/leaf.rs", "fn f() { for x in crate::a::list() {} }", "a.rs"),
        ("b/leaf.rs", "pub mod inner { use super::X; use super::super::Y; } use super::c::Z;", "b/c/mod.rs b/mod.rs"),
        ("b/leaf.rs", "//! [`crate::a::X`]\n/* crate::a::X /* */ crate::a::X */ const T: &str = \"crate::a::X\";", ""),
        (
            "b/leaf.rs",
            "const T: &str = r#\"\" crate::a::X\"#; const U: &[u8] = br\"\\\"; use r#super::c::r#fn;",
            "b/c/mod.rs",
        ),
        ("b/leaf.rs", "macro_rules! n { ($t:ident) => { use super::{c::$t, $t}; } }", "b/c/mod.rs b/mod.rs"),
        ("b/leaf.rs", "macro_rules! m { () => { $crate::a::f() } }", "a.rs"),
    ] {
        assert_eq!(of(file, text), want, "{text}");
    }
}

#[test]
fn only_what_is_under_cfg_test_is_a_test() {
    let of = |text: &str| {
        let files = [("a.rs", text), ("b.rs", ""), ("c.rs", ""), ("a/tests.rs", "use crate::b::X;")];
        let files = files.map(|(file, text)| (file.to_owned(), text.to_owned()));
        let found = arrows(&files).into_iter().filter(|arrow| arrow.from == "a.rs");
        found.map(|arrow| arrow.to).collect::<Vec<_>>().join(" ")
    };
    for (test, want) in [
        ("#[cfg(test)] mod tests { use crate::b::X; fn f() { \"}\"; '}'; /* } */ g(b'{') } }", ""),
        ("#[cfg(test)] use crate::b::{X, Y};", ""),
        ("#[cfg(test)] #[derive(Debug)] pub(crate) struct A(crate::b::X);", ""),
        ("#[cfg(test)] const X: [u8; 2] = { crate::b::X }.with(crate::b::Y);", ""),
        ("#[cfg(test)] const fn f(x: [u8; 2]) -> [u8; 2] { crate::b::X }", ""),
        ("#[cfg(all(test, feature = \"x\"))] impl crate::b::X { fn f() {} }", ""),
        ("#[cfg(all(feature = \"x\", test))] mod tests;", ""),
        ("struct A { #[cfg(test)] pub(crate) x: crate::b::X, y: Y }", ""),
        ("struct A { y: Y, #[cfg(test)] x: crate::b::X }", ""),
        ("match y { #[cfg(test)] Y { y } => { crate::b::X } Z => {} }", ""),
        ("fn f() { #[cfg(test)] { crate::b::X } g() }", ""),
        ("match y { #[cfg(test)] Y => crate::b::X, Z => crate::b::X }", "b.rs "),
        ("#[cfg(not(test))] use crate::b::X;", "b.rs "),
        ("#[cfg(any(test, feature = \"x\"))] use crate::b::X;", "b.rs "),
        ("#[cfg(all(feature = \"x\", not(test)))] use crate::b::X;", "b.rs "),
        ("#[cfg_attr(test, allow(x))] use crate::b::X;", "b.rs "),
    ] {
        // What stands behind a test counts.
        assert_eq!(of(&format!("{test}\nuse crate::c::Z;")), format!("{want}c.rs"), "{test}");
    }
    let files = [("a.rs", "#[cfg(test)]\nmod tests;"), ("b.rs", ""), ("a/tests.rs", "use crate::b::X;")];
    assert_eq!(arrows(&files.map(|(file, text)| (file.to_owned(), text.to_owned()))), [], "a file of tests");
}
