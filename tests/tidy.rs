//! Keeps the picture of the architecture true: which folder may use which, and how long a file may be.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};

/// Each module of the crate with its layer. A module may use its own layer's and lower ones.
///
/// `syntax` and `transform` are one layer: text and values of the same language.
const LAYERS: &[(&str, u8)] = &[
    ("base64", 0),
    ("code", 0),
    ("encoded", 0),
    ("note", 0),
    ("number", 0),
    ("color", 0),
    ("geometry", 0),
    ("hex", 0),
    ("fingerprint", 0),
    ("format", 0),
    ("path", 0),
    ("percent", 0),
    ("trace", 0),
    ("limits", 0),
    ("bitmap", 0),
    ("transform", 1),
    ("syntax", 1),
    ("extend", 1),
    ("dialect", 2),
    ("plan", 2),
    ("address", 3),
    ("config", 4),
    ("policy", 4),
    ("order", 5),
    ("error", 6),
    ("svg", 6),
    ("pixels", 6),
    ("delivery", 7),
    ("cache", 8),
    ("client", 8),
    ("blocking", 8),
    ("tower", 8),
];

fn layer(module: &str) -> Option<u8> {
    LAYERS.iter().find(|(name, _)| *name == module).map(|(_, layer)| *layer)
}

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

/// The modules that a file names by `crate::`, outside comments and its own tests.
fn uses(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1).map(str::to_owned).collect::<Vec<_>>())
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>())
        .filter(|module| !module.is_empty())
        .collect()
}

#[test]
fn arrows_go_down_only() {
    let mut wrong = Vec::new();
    for (file, text) in all_sources() {
        if file == "lib.rs" || file.starts_with("_guide/") {
            continue;
        }
        let own = file.split(['/', '.']).next().unwrap();
        let Some(own_layer) = layer(own) else {
            wrong.push(format!("{file}: `{own}` has no layer in this table"));
            continue;
        };
        for used in uses(&text) {
            match layer(&used) {
                Some(layer) if layer > own_layer => {
                    wrong.push(format!("{file} (layer {own_layer}) uses crate::{used} (layer {layer})"));
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
        ("weezl", &["pixels/codec/animation/", "pixels/codec/tiff/"]),
        ("crc32fast", &["pixels/codec/png/"]),
        ("hmac::", &["address/"]),
        ("sha1::", &["address/"]),
        ("sha2::", &["address/", "fingerprint.rs"]),
        ("xxhash_rust::", &["fingerprint.rs"]),
        ("httpdate::", &["policy/"]),
        ("tokio::", &["cache/"]),
        ("quick_cache::", &["cache/"]),
        ("tracing::", &["trace.rs", "client.rs"]),
        ("percent_encoding::", &["percent.rs"]),
        ("url::", &["address/", "config/", "policy/"]),
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
fn the_readme_lists_every_feature() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let features = manifest.split("[features]").nth(1).unwrap().split("\n[").next().unwrap();
    for line in features.lines().filter(|line| !line.starts_with('#') && line.contains(" = [")) {
        let name = line.split(' ').next().unwrap();
        assert!(name == "default" || readme.contains(&format!("| `{name}` |")), "README.md has no row for `{name}`");
    }
}
