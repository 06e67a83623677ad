#!/usr/bin/env bash
# Makes the Worker as a folder of modules: `examples/worker/build.sh [FOLDER]`, by default `target/worker`. FEATURES=text
# adds text, with fonts.
#
# It needs a compiler with the target wasm32-unknown-unknown, and `wasm-bindgen` in the version of `Cargo.lock`:
#   rustup target add wasm32-unknown-unknown
#   cargo install wasm-bindgen-cli --version "$(examples/worker/build.sh --version)"
# Without rustup, on Debian (`apt-get install rustc-web rust-web-src rust-web-llvm lld-22`):
#   RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 examples/worker/build.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

version=$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)
if [ "${1:-}" = --version ]; then echo "$version"; exit; fi
folder=${1:-target/worker}

# A release of its own kind: the platform has the vectors of WebAssembly, and compiles the module before a request comes.
export CARGO_PROFILE_RELEASE_LTO=fat CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1 CARGO_PROFILE_RELEASE_PANIC=abort
export CARGO_PROFILE_RELEASE_OPT_LEVEL=${ORIGINKIT_OPT_LEVEL:-3}
export RUSTFLAGS="${RUSTFLAGS:-} -C target-feature=+simd128"
# Debian has no libraries for this target, but their source.
std=()
if [ -n "${RUSTC_BOOTSTRAP:-}" ]; then std=(-Zbuild-std=std,panic_abort); fi
cargo build --release --locked --package image-worker --features "${FEATURES:-}" --target wasm32-unknown-unknown "${std[@]}"

built=${CARGO_TARGET_DIR:-target}/wasm32-unknown-unknown/release/image_worker.wasm
mkdir -p "$folder"
"${WASM_BINDGEN:-wasm-bindgen}" --target web --no-typescript --remove-name-section \
  --experimental-reset-state-function --out-dir "$folder" --out-name image_worker "$built"
module=$folder/image_worker_bg.wasm
# No `wasm-opt`: it takes 1 percent off the compressed module, and the one of Debian 12 (version 108) makes a module that
# does not start, because it mixes up the tables of references.
cp examples/worker/shim.js "$folder/index.js"
echo "$folder: $(stat -c %s "$module") bytes, $(gzip -9c "$module" | wc -c) compressed; the entry is index.js"
