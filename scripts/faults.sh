#!/usr/bin/env bash
# `make faults`: the tests of tests/tests/faults, long and against the release build, and at the end a
# table of what they measured. What they assert is in docs/faults.md.
set -euo pipefail
cd "$(dirname "$0")/.."

said=$(mktemp)
trap 'rm -f "$said"' EXIT

cargo build --quiet --release --bin roster
status=0
env ROSTER_FAULTS=long ROSTER_BIN="${CARGO_TARGET_DIR:-$PWD/target}/release/roster" \
    cargo test --quiet --package roster-tests --test faults -- --nocapture --test-threads=1 "$@" 2>&1 |
    tee "$said" || status=$?

printf '\n| fault | measured |\n|---|---|\n'
sed -n 's/^.*fault | \(.*\)$/| \1 |/p' "$said"
exit "$status"
