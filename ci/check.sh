#!/usr/bin/env bash
# The only list of checks. `ci/check.sh` runs all; `ci/check.sh STEP` runs one.
# A tool that is missing is a message and a skip here, and is installed by `.ci/run`.
set -euo pipefail
cd "$(dirname "$0")/.."

# `--test NAME` for each file of integration tests in a list of paths.
named() { sed -E 's#^tests/##; s#/main\.rs$##; s#\.rs$##; s#^#--test #'; }

fmt()      { cargo fmt --all --check; }
# What is different with all features: `cargo test` has run the rest.
all() {
  local tests
  tests=$(grep -lE 'feature = "(text|svg|avif|qoi|tower|single-flight|memory-store|object-store|reqwest|ureq|tokio|tracing)"' tests/*.rs tests/*/main.rs | named)
  cargo test --all-features --lib $tests
  cargo test --all-features --doc --quiet
}
clippy()   { cargo clippy --all-targets --all-features -- -D warnings; }
# Without features. Files of tests that begin with a feature have none left then.
bare() {
  local tests
  tests=$(grep -LE '^#!\[cfg\((all\()?feature' tests/*.rs tests/*/main.rs | named)
  cargo clippy --no-default-features -- -D warnings
  cargo test --no-default-features --quiet --lib $tests
  cargo test --no-default-features --quiet --doc
}
# The public pages, their items beside `tests/tidy/api.txt`, and the pages of everything.
docs() {
  rm -rf target/doc/originkit
  RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --all-features --quiet
  cargo test --all-features --quiet --test tidy -- --ignored
  RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --all-features --document-private-items --quiet
}
features() {
  # Each feature alone must build: features add, they never lean on one another unsaid.
  for feature in pixels webp-lossy signing sanitize decompress own-fonts text svg avif qoi tower single-flight memory-store object-store reqwest ureq tokio tracing; do
    cargo check --quiet --no-default-features --features "$feature"
  done
}
# Benches, each once, and the tests of the playground: built together, they use what `cargo test` has built.
benches()  { cargo test --quiet --package benches --package playground --all-targets > /dev/null; }
# Each target for ten seconds, two at a time, from seeds that a test draws. The seeds must pass. What the search finds is
# told and left in `target/fuzz/finds`: it is random, and may be older than the change at hand, so that it ends the step
# only where ORIGINKIT_FUZZ=strict is set. Stable compilers count edges, too; the fuzzer itself is C++.
fuzz() (
  if [ "$(uname -s)" != Linux ] || ! command -v c++ > /dev/null; then
    echo "only checked: no fuzzer without Linux and a C++ compiler"
    cargo check --quiet --locked --manifest-path fuzz/Cargo.toml --bins --target-dir target; return
  fi
  cargo test --quiet --test seeds -- --ignored > /dev/null
  cd fuzz
  cargo build --quiet --locked --profile quick --bins --target-dir ../target/fuzz
  ten_seconds() {
    local log="../target/fuzz/$1.log"
    # The seeds, each once.
    ./run.sh "$1" -runs=0 > "$log" 2>&1 || { tail -50 "$log"; return 1; }
    if ./run.sh "$1" -seed=1 -max_total_time=10 -print_final_stats=1 > "$log" 2>&1; then
      grep -ao 'cov: [0-9]*' "$log" | tail -1 | sed "s/^/$1: $(sed -n 's/^stat::number_of_executed_units: //p' "$log") executions, /"
    else
      echo "FOUND by $1, see target/fuzz/finds:"
      tail -50 "$log"
      [ "${ORIGINKIT_FUZZ:-}" != strict ]
    fi
  }
  export -f ten_seconds
  sed -n '/^\[\[bin\]\]/,/^path/s/^name = "\(.*\)"/\1/p' Cargo.toml | xargs -P 2 -I{} bash -c 'ten_seconds {}'
)
# The examples with manifests of their own.
members() {
  cargo clippy --quiet --all-targets --package benches --package explain --package playground --package serve -- -D warnings
  cargo clippy --quiet --package private-bucket -- -D warnings
  # Nothing but an empty crate, except on its platform: the step `worker` compiles the rest.
  cargo clippy --quiet --package image-worker -- -D warnings
}
# The S3 server of this test takes four minutes of one core to build, so that it runs only where ORIGINKIT_BUCKET is set.
bucket() {
  if [ -z "${ORIGINKIT_BUCKET:-}" ]; then echo "skipped: ORIGINKIT_BUCKET is not set"; return; fi
  cargo test --quiet --package private-bucket
}
# The static playground in Chromium. Its module takes minutes to build, so that this runs only where ORIGINKIT_PLAYGROUND
# names the folder to make; `build.sh` says what it needs.
playground() {
  if [ -z "${ORIGINKIT_PLAYGROUND:-}" ]; then echo "skipped: ORIGINKIT_PLAYGROUND is not set"; return; fi
  examples/playground/build.sh "$ORIGINKIT_PLAYGROUND"
  cargo test --quiet --all-features --test browser
}
# The Cloudflare Worker in the platform's runtime, which npm has. Only where ORIGINKIT_WORKER names the folder to make.
worker() {
  if [ -z "${ORIGINKIT_WORKER:-}" ]; then echo "skipped: ORIGINKIT_WORKER is not set"; return; fi
  examples/worker/build.sh "$ORIGINKIT_WORKER"
  npm install --silent --no-audit --no-fund --prefix examples/worker/tests
  node --test examples/worker/tests/run.mjs
}
package()  { cargo package --allow-dirty --no-verify --list > /dev/null; }
# Other machines, by Debian's compiler and the source of its library, because rustup gets neither from here. WebAssembly
# without features, which has no sockets, clocks or threads. Only where ORIGINKIT_TARGETS=all is set, for it takes half an
# hour: s390x, which has the other order of bytes, i686 and aarch64; unit tests, vectors and hashes of results on i686, and
# in Node on WebAssembly, with the features that are in Rust alone.
targets() (
  export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=target/others
  if ! test -d "$("$RUSTC" --print sysroot 2> /dev/null)/lib/rustlib/src/rust/library"; then
    echo "skipped: no rustc-web and rust-web-src on this machine"; return
  fi
  local std="-Zbuild-std=std,panic_abort" wasm=wasm32-unknown-unknown
  # Without backtraces the library needs four crates less.
  cargo check --quiet "$std" -Zbuild-std-features= --target $wasm --no-default-features
  if [ "${ORIGINKIT_TARGETS:-}" != all ]; then echo "the rest is skipped: ORIGINKIT_TARGETS is not set"; return; fi
  local more="--target s390x-unknown-linux-gnu --target i686-unknown-linux-gnu --target aarch64-unknown-linux-gnu"
  cargo check --quiet "$std" -Zbuild-std-features= $more --no-default-features
  local tests="--lib --test vectors --test equal_bytes"
  if echo 'int main(void) { return 0; }' | cc -m32 -x c -o target/others/32 - 2> /dev/null; then
    cargo test --quiet --no-fail-fast -Zbuild-std=std,panic_unwind --target i686-unknown-linux-gnu --features text,svg $tests
  else
    echo "no tests on i686: the C compiler has no library of 32 bits"
  fi
  # A toolchain of rustup has a linker for WebAssembly. Debian's is a link to a file of a package that may be missing.
  local host; host=$(rustc -vV | sed -n 's/^host: //p')
  PATH="$PATH:$(rustc --print sysroot)/lib/rustlib/$host/bin"
  if command -v node > /dev/null && command -v rust-lld > /dev/null; then
    # Nothing can be printed there, so that another program runs the tests.
    RUSTFLAGS="-Zcrate-attr=feature(custom_test_frameworks) -Zcrate-attr=test_runner(wasm_tests::run)" \
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER="node $PWD/tests/wasm/run.mjs" \
      cargo test --quiet --no-fail-fast "$std" -Zbuild-std-features= --target $wasm --no-default-features \
      --features pixels,text,svg,signing,sanitize,decompress $tests
  else
    echo "no tests on WebAssembly: there is no Node, or no rust-lld"
  fi
)
# Advisories need a database from outside; the rest of the policy works offline.
deny() {
  if ! command -v cargo-deny > /dev/null; then echo "skipped: no cargo-deny on this machine"; return; fi
  cargo deny --all-features check bans licenses sources
}
semver() { echo "skipped: from the first release on"; }

steps=(all fmt clippy bare docs features benches members bucket playground worker fuzz package targets deny semver)
for step in "${@:-${steps[@]}}"; do
  printf '\n== %s\n' "$step"
  since=$SECONDS
  "$step"
  echo "$step: $((SECONDS - since)) s"
done
echo "green"
