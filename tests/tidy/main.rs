//! Keeps the image of the architecture true: which folder may use which, which files may need each other, and how
//! long a file may be.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod api;
mod circles;
mod imports;
mod layers;
mod readme;

use std::fs;
use std::path::{Path, PathBuf};

use self::imports::arrows;
use self::layers::{LAYERS, row};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn all_sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    found.sort();
    assert!(found.len() > 40, "the sources were not found");
    found
        .into_iter()
        .map(|path| (path.strip_prefix(&root).unwrap().display().to_string(), fs::read_to_string(&path).unwrap()))
        .collect()
}

#[test]
fn arrows_go_down_only() {
    let files = all_sources();
    // The root re-exports what it likes, and the guide shows it.
    let is_inside = |file: &str| file != "lib.rs" && !file.starts_with("guide/");
    let homeless = files.iter().map(|(file, _)| file).filter(|file| is_inside(file) && row(file, LAYERS).is_none());
    let homeless: Vec<_> = homeless.collect();
    assert!(homeless.is_empty(), "without a layer in the table: {homeless:?}");
    let wrong = layers::wrong(&arrows(&files), LAYERS);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_import_circle_beyond_a_folder_and_its_children() {
    let found = circles::beyond_a_folder(&arrows(&all_sources()));
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn no_import_circle_among_siblings() {
    let found = circles::among_siblings(&arrows(&all_sources()));
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn jpeg_could_be_a_crate_of_its_own() {
    // Its reader and its writer know errors, sizes, limits and the handle that stops them, and of the rest of the crate only the lowest floor.
    let known = ["error", "geometry", "limits", "stop", "pixels/base", "pixels/codec/jpeg"];
    let own = ["pixels/codec/jpeg/read", "pixels/codec/jpeg/write"];
    let files = all_sources();
    let arrows = arrows(&files);
    let of_its_own = arrows.iter().filter(|arrow| own.iter().any(|folder| arrow.from.starts_with(folder)));
    let mut seen = 0;
    for arrow in of_its_own {
        seen += 1;
        let is_known = known.iter().any(|known| arrow.to.starts_with(known));
        assert!(is_known, "{} uses {} by {}", arrow.from, arrow.to, arrow.path);
    }
    assert!(seen > 40, "{seen} arrows");
}

#[test]
fn pinned_crates_are_named_with_their_version_where_they_are_followed() {
    // An upgrade is a look at what is followed, and then at these lines.
    let manifest = std::fs::read_to_string("Cargo.toml").unwrap();
    let pinned: Vec<_> = manifest
        .lines()
        .filter_map(|line| {
            let (name, rest) = line.split_once(" = ")?;
            Some((name, rest.split_once("\"=")?.1.split_once('"')?.0))
        })
        .collect();
    assert_eq!(pinned.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["resvg", "harfrust", "skrifa"]);
    for ((name, version), file) in pinned.iter().zip(["codec/svg/cost.rs", "text/guard.rs", "text/guard.rs"]) {
        let text = std::fs::read_to_string(format!("src/pixels/{file}")).unwrap();
        let said = format!("`{name}` {version}");
        assert!(text.contains(&said), "{file} does not say that it follows {said}");
    }
}

#[test]
fn a_file_has_one_job() {
    const QUESTION_AT: usize = 450;
    let long: Vec<_> = all_sources()
        .into_iter()
        .map(|(file, text)| (file, text.lines().count()))
        .filter(|(_, lines)| *lines > QUESTION_AT)
        .collect();
    assert!(long.is_empty(), "split or say why: {long:?}");
}

/// Those of the standard library differ between systems in the last bit, and so would images.
#[test]
fn elementary_functions_are_ours() {
    const SYSTEMS: [&str; 19] = [
        "sin", "cos", "tan", "sin_cos", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "exp", "exp2", "ln",
        "log2", "log10", "powf", "cbrt", "hypot",
    ];
    let mut found = Vec::new();
    for (path, text) in all_sources() {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        if path.contains("/tests") {
            continue;
        }
        for (line, code) in (1..).zip(code.lines()) {
            let code = code.split("//").next().unwrap_or_default();
            if SYSTEMS.iter().any(|name| code.contains(&format!(".{name}("))) {
                found.push(format!("{path}:{line}: {}", code.trim()));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new(), "`math` has these functions");
}

#[test]
fn third_parties_stay_where_they_belong() {
    // nom is the reader's business, `image` the pixels'. Their versions must not leak into signatures.
    let homes: &[(&str, &[&str])] = &[
        ("nom::", &["syntax/"]),
        ("image::", &["pixels/"]),
        ("fast_image_resize", &["pixels/"]),
        ("thumbhash::", &["pixels/"]),
        ("moxcms", &["pixels/"]),
        ("png::", &["pixels/"]),
        ("fax::", &["pixels/codec/tiff/"]),
        ("ruzstd::", &["pixels/codec/tiff/"]),
        ("flate2", &["pixels/", "delivery/"]),
        ("brotli_decompressor", &["delivery/"]),
        ("weezl", &["pixels/codec/gif/", "pixels/codec/tiff/"]),
        ("crc32fast", &["pixels/codec/png/"]),
        ("hmac::", &["address/"]),
        ("sha1::", &["address/"]),
        ("sha2::", &["address/", "fingerprint.rs"]),
        ("xxhash_rust::", &["fingerprint.rs"]),
        ("httpdate::", &["policy/"]),
        ("tokio::", &["client/", "adapters/", "tower/"]),
        ("object_store::", &["adapters/"]),
        ("reqwest::", &["adapters/"]),
        ("ureq::", &["adapters/"]),
        ("hyper::", &["adapters/"]),
        ("rustls", &["adapters/"]),
        ("quick_cache::", &["store/"]),
        ("tracing::", &["trace.rs", "client/"]),
        ("percent_encoding::", &["percent.rs"]),
        ("url::", &["address/", "config/", "policy/", "adapters/object_store.rs"]),
        ("roxmltree::", &["svg/", "pixels/codec/svg/"]),
        ("resvg::", &["pixels/"]),
        ("ravif::", &["pixels/"]),
        ("re_rav1d::", &["pixels/"]),
        ("harfrust::", &["pixels/text/"]),
        ("skrifa::", &["pixels/text/"]),
        ("unicode_bidi::", &["pixels/text/"]),
        ("icu_segmenter::", &["pixels/text/"]),
        ("icu_properties::", &["pixels/text/"]),
    ];
    for (file, text) in all_sources() {
        for (line_number, line) in text.lines().enumerate().filter(|(_, l)| !l.trim_start().starts_with("//")) {
            for (package, folders) in homes {
                let named = line.split(package).next().is_some_and(|before| {
                    before.len() < line.len() && !before.ends_with(|c: char| c.is_alphanumeric() || c == '_')
                });
                let at_home = folders.iter().any(|folder| file.starts_with(folder));
                assert!(!named || at_home, "{file}:{}: {package} outside {folders:?}", line_number + 1);
            }
        }
    }
}

#[test]
fn every_feature_is_listed_where_features_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &str| fs::read_to_string(root.join(file)).unwrap();
    let (manifest, readme, programs) = (read("Cargo.toml"), read("README.md"), read("tests/program/mod.rs"));
    let checks = read("ci/check.sh");
    let alone = checks.split("for feature in ").nth(1).unwrap().split(';').next().unwrap();
    let features = manifest.split("[features]").nth(1).unwrap().split("\n[").next().unwrap();
    for line in features.lines().filter(|line| !line.starts_with('#') && line.contains(" = [")) {
        let name = line.split(' ').next().unwrap();
        assert!(programs.contains(&format!("cfg!(feature = \"{name}\")")), "programs for tests lack `{name}`");
        if name != "default" {
            assert!(readme.contains(&format!("| `{name}` |")), "README.md has no row for `{name}`");
            assert!(alone.split(' ').any(|it| it == name), "`{name}` is not built alone");
        }
    }
}

#[test]
fn the_server_of_the_readme_is_one_that_compiles() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let [readme, tower] = ["README.md", "src/tower.rs"].map(|file| fs::read_to_string(root.join(file)).unwrap());
    let shown = readme.split("```rust,ignore\n").nth(1).unwrap().split("```").next().unwrap();
    assert!(shown.lines().count() > 4);
    for line in shown.lines() {
        assert!(tower.contains(&format!("//! {line}\n")), "the docs of `tower` do not have `{line}`");
    }
}
