//! Examples as programs, for tests that run them.

use std::path::PathBuf;
use std::process::Command;

/// An example as it is now, with the features of this test: an old one may lie where cargo puts it.
///
/// # Panics
/// It does not build.
pub(crate) fn build(example: &str) -> PathBuf {
    let here = std::env::current_exe().unwrap();
    let profile = here.ancestors().nth(2).unwrap();
    let name = profile.file_name().unwrap().to_str().unwrap();
    // One with a manifest of its own is a package of the workspace.
    let is_package = PathBuf::from(format!("{}/examples/{example}/Cargo.toml", env!("CARGO_MANIFEST_DIR"))).exists();
    let folder = if is_package { profile.to_owned() } else { profile.join("examples") };
    let program = folder.join(format!("{example}{}", std::env::consts::EXE_SUFFIX));
    let Some(cargo) = std::env::var_os("CARGO") else { return program };
    let mut build = Command::new(cargo);
    build.current_dir(env!("CARGO_MANIFEST_DIR"));
    // What cargo tells tests of their package would make build scripts run again, here and in the next build outside.
    for (name, _) in std::env::vars_os() {
        if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.to_string_lossy().starts_with(start)) {
            build.env_remove(name);
        }
    }
    build.args(["build", "--quiet", "--profile", if name == "debug" { "dev" } else { name }]);
    // With the features of this test, and with an example, which needs what tests need: cargo has built that library.
    build.args(["--package", "originkit", "--no-default-features", "--features", &features()]);
    match is_package {
        true => build.args(["--package", example, "--bin", example, "--example", "by_hand"]),
        false => build.args(["--example", example]),
    };
    if cfg!(feature = "avif") && example == "serve" {
        build.args(["--features", "serve/avif"]);
    }
    build.arg("--target-dir").arg(profile.parent().unwrap());
    assert!(build.status().unwrap().success(), "{example} does not build");
    program
}

/// Those of this build, as `originkit/FEATURE,..`: others would mean another build of the library.
fn features() -> String {
    let all = [
        ("default", cfg!(feature = "default")),
        ("pixels", cfg!(feature = "pixels")),
        ("webp-lossy", cfg!(feature = "webp-lossy")),
        ("reqwest", cfg!(feature = "reqwest")),
        ("tokio", cfg!(feature = "tokio")),
        ("ureq", cfg!(feature = "ureq")),
        ("signing", cfg!(feature = "signing")),
        ("sanitize", cfg!(feature = "sanitize")),
        ("decompress", cfg!(feature = "decompress")),
        ("text", cfg!(feature = "text")),
        ("own-fonts", cfg!(feature = "own-fonts")),
        ("svg", cfg!(feature = "svg")),
        ("avif", cfg!(feature = "avif")),
        ("qoi", cfg!(feature = "qoi")),
        ("tower", cfg!(feature = "tower")),
        ("single-flight", cfg!(feature = "single-flight")),
        ("memory-store", cfg!(feature = "memory-store")),
        ("object-store", cfg!(feature = "object-store")),
        ("tracing", cfg!(feature = "tracing")),
    ];
    all.into_iter().filter(|(_, on)| *on).map(|(name, _)| format!("originkit/{name}")).collect::<Vec<_>>().join(",")
}
