#!/usr/bin/env bash
# Runs a target that was built by `cargo build --release --bins --target-dir ../target/fuzz` in this folder, or
# with `--profile quick`, whichever is newer:
#
#     ./run.sh images                          until something is found
#     ./run.sh images -max_total_time=7200     with options of libFuzzer
#     ./run.sh images path/to/an/input         once
#
# What it learns stays in `corpus/`, what it finds in `../target/fuzz/finds/`. Seeds are written by
# `cargo test --test seeds -- --ignored`.
set -euo pipefail
cd "$(dirname "$0")"
target=$1
shift
folders=()
# What is no option is an input to run; without any, it searches.
if [[ " $* " != *" "[!-]* ]]; then
  folders=("corpus/$target" "seeds/$target")
fi
mkdir -p "corpus/$target" "seeds/$target" ../target/fuzz/finds
built=$(ls -t ../target/fuzz/*/*/"$target" | head -1)
# These bounds of libFuzzer's own are far beyond what the oracles let pass.
"$built" -dict=transformation.dict -timeout=20 -rss_limit_mb=1500 -max_len=8192 \
  -artifact_prefix="../target/fuzz/finds/$target-" "$@" "${folders[@]}"
