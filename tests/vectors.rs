//! The conformance vectors of `tests/vectors/`, and of the folder named by `ORIGINKIT_VECTORS`.
//!
//! Those of the project are part of the test program, because WebAssembly has no files.
//!
//! A vector is recognised by its shape, not by the name of its file, so any file of the same formats runs. Ids in
//! `tests/vectors/expected_failures.txt` must fail, each for the reason given there: one that passes fails the run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

#[path = "vectors/accept.rs"]
mod accept;
#[path = "vectors/ast.rs"]
mod ast;
#[path = "vectors/egress.rs"]
mod egress;
#[path = "vectors/geometry.rs"]
mod geometry;
#[path = "vectors/invalid.rs"]
mod invalid;
#[path = "vectors/parse.rs"]
mod parse;
#[path = "vectors/rewriters.rs"]
mod rewriters;
#[cfg(feature = "signing")]
#[path = "vectors/sign.rs"]
mod sign;
#[path = "vectors/url.rs"]
mod url;

/// Runs one vector; the file is passed along for data that its vectors share. The error says what differs.
type Check = fn(vector: &Value, file: &Value) -> Result<(), String>;

/// Returns the format of a vector and its checker; `None` for formats that this build does not support.
fn format_of(vector: &Value) -> Option<(&'static str, Check)> {
    let has = |key: &str| vector.get(key).is_some();
    let unknown: Check = |_, _| Err("no format has this shape".to_owned());
    if has("addresses") {
        Some(("egress", egress::check))
    } else if has("config") {
        Some(("url", url::check))
    } else if has("key") {
        #[cfg(feature = "signing")]
        let check: Option<(_, Check)> = Some(("sign", sign::check));
        #[cfg(not(feature = "signing"))]
        let check = None;
        check
    } else if has("accept") && has("settings") {
        Some(("accept", accept::check))
    } else if has("input") && has("tr") {
        Some(("geometry", geometry::check))
    } else if has("tr") && vector["expect"].is_string() {
        Some(("invalid", invalid::check))
    } else if has("tr") && vector["expect"].get("steps").is_some() {
        Some(("parse", parse::check))
    } else if has("path_and_query") {
        Some(("rewriters", rewriters::check))
    } else {
        Some(("unknown", unknown))
    }
}

/// `format: passed, failures`.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: Vec<String>,
}

/// Names and contents of files.
type Files = Vec<(String, String)>;

/// Declares the files of `tests/vectors/`.
macro_rules! own_files {
    ($($name:literal)+) => {
        fn own_files() -> Files {
            vec![$(($name.to_owned(), include_str!(concat!("vectors/", $name)).to_owned())),+]
        }
    };
}

own_files! {
    "accept.json" "egress_ipv4.json" "geometry.json" "invalid.json" "more.json" "more_urls.json" "parse.json"
    "rewriters.json" "sign.json" "url.json"
}

fn files_of(folder: &Path) -> Files {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    paths.sort();
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    paths.iter().map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), read(path))).collect()
}

fn run_files(files: &Files, expected: &BTreeSet<String>) -> BTreeMap<&'static str, Tally> {
    let mut tallies = BTreeMap::<_, Tally>::new();
    for (name, text) in files {
        let file: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{name}: {e}"));
        // A plain list of addresses is one vector of its own.
        let whole = file.get("addresses").map(|_| &file);
        for vector in file["vectors"].as_array().into_iter().flatten().chain(whole) {
            let Some((format, check)) = format_of(vector) else { continue };
            let tally = tallies.entry(format).or_default();
            let id = vector["id"].as_str().unwrap_or("a vector without id").to_owned();
            let checked = std::panic::catch_unwind(|| check(vector, &file));
            let checked = checked.unwrap_or_else(|_| Err("panics, see above".to_owned()));
            match (checked, expected.contains(&id)) {
                (Ok(()), false) | (Err(_), true) => tally.passed += 1,
                (Ok(()), true) => tally.failed.push(format!("{id}: passes, but is listed as an expected failure")),
                (Err(why), false) => {
                    tally.failed.push(format!("{id} [{}]: {why}", vector["tag"].as_str().unwrap_or("?")));
                }
            }
        }
    }
    tallies
}

/// Prints the counts, and returns the vectors that are not as expected.
fn failures(files: &Files) -> Vec<String> {
    let mut failures = Vec::new();
    for (format, tally) in run_files(files, &expected_failures()) {
        println!("{format}: {} as expected, {} not", tally.passed, tally.failed.len());
        failures.extend(tally.failed);
    }
    failures
}

/// `id  reason` a line, `#` for comments.
fn expected_failures() -> BTreeSet<String> {
    let text = include_str!("vectors/expected_failures.txt");
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (id, reason) = line.split_once(char::is_whitespace).expect("each expected failure has a reason");
            assert!(!reason.trim().is_empty(), "{id} needs a reason");
            id.to_owned()
        })
        .collect()
}

#[test]
fn vectors_of_the_project() {
    assert_eq!(failures(&own_files()), Vec::<String>::new());
}

#[test]
#[cfg_attr(target_family = "wasm", ignore = "reads a folder")]
fn no_file_of_the_project_is_forgotten() {
    assert_eq!(files_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")), own_files());
}

#[test]
#[cfg_attr(target_family = "wasm", ignore = "reads a folder")]
fn vectors_of_the_folder_in_the_environment() {
    let Some(folder) = std::env::var_os("ORIGINKIT_VECTORS") else {
        println!("ORIGINKIT_VECTORS is not set");
        return;
    };
    assert_eq!(failures(&files_of(Path::new(&folder))), Vec::<String>::new());
}
