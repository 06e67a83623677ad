//! The public API as a text, from the pages that `cargo doc` writes: `api.txt` beside this file. A change of the API is a
//! change of that text, seen in review.
//!
//! ```text
//! cargo doc --no-deps --all-features && cargo test --test tidy -- --ignored              compares
//! ORIGINKIT_API=renew cargo test --test tidy -- --ignored                                writes it anew
//! ```

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Pages of items, by the beginning of their names.
const ITEMS: [&str; 7] = ["struct.", "enum.", "trait.", "fn.", "constant.", "type.", "macro."];

fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("run `cargo doc --no-deps --all-features` first") {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            // The guide has no items.
            if name != "guide" {
                pages(&path, found);
            }
        } else if ITEMS.iter().any(|item| name.starts_with(item)) {
            found.push(path);
        }
    }
}

/// The text of a piece of a page, in one line.
fn text(html: &str) -> String {
    let mut text = String::new();
    let mut is_tag = false;
    for letter in html.chars() {
        match letter {
            '<' => is_tag = true,
            '>' if is_tag => is_tag = false,
            letter if !is_tag => text.push(letter),
            _ => {}
        }
    }
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    let plain = plain.replace("&nbsp;", " ").replace("&amp;", "&");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Each text between two marks.
fn between<'a>(page: &'a str, start: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
    page.split(start).skip(1).filter_map(move |rest| rest.split_once(end).map(|(inner, _)| inner))
}

/// The lines of one item: its declaration, its methods, and the traits that it has by name.
fn lines(path: &str, page: &str) -> BTreeSet<String> {
    // What every type has says nothing of this crate.
    let page = page.split("id=\"synthetic-implementations\"").next().unwrap();
    let page = page.split("id=\"blanket-implementations\"").next().unwrap();
    let (own, of_traits) = page.split_once("id=\"trait-implementations\"").unwrap_or((page, ""));
    let declared = between(own, "<pre class=\"rust item-decl\">", "</pre>").map(text);
    let is_trait = path.contains("trait.");
    let methods = between(own, "<h4 class=\"code-header\">", "</h4>").map(text).filter(|_| !is_trait);
    // That a type may stand in patterns comes with `PartialEq`.
    let traits = between(of_traits, "<h3 class=\"code-header\">", "</h3>").map(text);
    let traits = traits.filter(|it| !it.contains("StructuralPartialEq"));
    declared.map(|it| format!("{path}: {it}")).chain(methods.chain(traits).map(|it| format!("{path}: {it}"))).collect()
}

#[test]
#[ignore = "needs the pages of `cargo doc`: `ci/check.sh docs` runs it"]
fn the_public_api_is_the_one_that_was_agreed_on() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let docs = target.join("doc/originkit");
    let mut found = Vec::new();
    pages(&docs, &mut found);
    let mut api = BTreeSet::new();
    for page in &found {
        let name = page.strip_prefix(&docs).unwrap().display().to_string();
        api.extend(lines(name.trim_end_matches(".html"), &fs::read_to_string(page).unwrap()));
    }
    assert!(api.len() > 500, "{} lines: is this a page of rustdoc?", api.len());
    let new = api.into_iter().collect::<Vec<_>>().join("\n") + "\n";
    let file = root.join("tests/tidy/api.txt");
    if std::env::var_os("ORIGINKIT_API").is_some() {
        fs::write(file, new).unwrap();
        return;
    }
    let old = fs::read_to_string(file).unwrap();
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let gone: Vec<_> = lines(&old).difference(&lines(&new)).map(|line| format!("- {line}")).collect();
    let come: Vec<_> = lines(&new).difference(&lines(&old)).map(|line| format!("+ {line}")).collect();
    assert!(old == new, "\n{}\n{}\n", gone.join("\n"), come.join("\n"));
}
