#!/usr/bin/env bash
# Runs a target that was built by `cargo build --release --target-dir ../target/fuzz` in this folder:
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
# Files are inputs to run; without any, it searches.
if [[ " $* " != *" "[!-]* ]]; then
  mkdir -p "corpus/$target" "seeds/$target"
  folders=("corpus/$target" "seeds/$target")
fi
out=$(mktemp)
trap 'rm -f "$out"' EXIT
# A find of libFuzzer's is more than 5 seconds, or 1 GB: far beyond what the oracles let pass.
if "$(ls -td ../target/fuzz/*/release | head -1)/$target" -dict=transformation.dict -timeout=5 -rss_limit_mb=1024 \
  -max_len=8192 -use_value_profile=0 -artifact_prefix="../target/fuzz/finds/$target-" "$@" "${folders[@]}" 2> "$out"; then
  grep -E "stat::number_of_executed_units|cov:" "$out" | tail -2 | sed "s/^/$target: /" || true
else
  tail -60 "$out" | sed "s/^/$target: /"
  exit 1
fi
