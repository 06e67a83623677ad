#!/usr/bin/env bash
# Makes the page as a folder of static files: `examples/playground/build.sh [FOLDER]`, by default `target/playground`.
#
# It needs a compiler with the target wasm32-unknown-unknown, and `wasm-bindgen` in the version of `Cargo.lock`:
#   rustup target add wasm32-unknown-unknown
#   cargo install wasm-bindgen-cli --version "$(examples/playground/build.sh --version)"
# Without rustup, on Debian (`apt-get install rustc-web rust-web-src rust-web-llvm lld-22`):
#   RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 examples/playground/build.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

version=$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)
if [ "${1:-}" = --version ]; then echo "$version"; exit; fi
folder=${1:-target/playground}
page=examples/playground/page

# A release of its own kind: small, and with the vectors of WebAssembly, which every browser since 2023 has.
export CARGO_PROFILE_RELEASE_LTO=fat CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1 CARGO_PROFILE_RELEASE_PANIC=abort
export CARGO_PROFILE_RELEASE_OPT_LEVEL=${ORIGINKIT_OPT_LEVEL:-s}
export RUSTFLAGS="${RUSTFLAGS:-} -C target-feature=+simd128"
# Debian has no libraries for this target, but their source.
std=()
if [ -n "${RUSTC_BOOTSTRAP:-}" ]; then std=(-Zbuild-std=std,panic_abort); fi
cargo build --release --locked --package playground --lib --features browser --target wasm32-unknown-unknown "${std[@]}"

built=${CARGO_TARGET_DIR:-target}/wasm32-unknown-unknown/release/playground.wasm
mkdir -p "$folder"
"${WASM_BINDGEN:-wasm-bindgen}" --target no-modules --no-typescript --remove-name-section --out-dir "$folder" --out-name module "$built"
# No `wasm-opt`: the compressed module is none the smaller, and the one of Debian 12 (version 108) makes a module that does
# not start.
# The fonts, from the crates that the feature `text` bundles.
mkdir -p "$folder/fonts"
crates=$(cargo metadata --format-version 1 --locked --all-features | grep -oE '"manifest_path":"[^"]*/(notosans|dejavu)-[^"/]*/Cargo\.toml"' | sed 's/.*:"//; s#/Cargo.toml"##')
for font in $(grep -oE '[A-Za-z-]+\.ttf' examples/playground/src/fonts.rs | sort -u); do
  find $crates -name "$font" -exec cp {} "$folder/fonts/" \;
  test -s "$folder/fonts/$font"
done
cp "$page"/*.html "$page"/*.css "$page"/*.js "$page"/*.jpg "$page"/*.png "$folder/"
echo "$folder: $(du -h "$folder/module_bg.wasm" | cut -f1), $(gzip -9c "$folder/module_bg.wasm" | wc -c) bytes compressed; serve it with any web server"
