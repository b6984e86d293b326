#!/usr/bin/env bash
# Fuzzes every target of fuzz/ for so many SECONDS each, from the committed seeds on:
#   fuzz.sh 20
# A crash, or an input that takes longer than 10 seconds, ends it and leaves that input under
# fuzz/artifacts.
# The code is safe Rust all through, so no sanitizer is built in; that is what the stable compiler
# can do, too.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=$1

for target in filter patch acs metadata; do
    echo "fuzzing $target for $seconds s"
    mkdir -p "fuzz/corpus/$target"
    options=()
    if [[ $target == acs ]]; then
        # Room for a second assertion beside the genuine one, from the beginning.
        options=(-max_len=24000 -len_control=0)
    fi
    log=$(mktemp)
    if ! cargo fuzz run --sanitizer none "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
        "-max_total_time=$seconds" -timeout=10 "-dict=fuzz/$target.dict" \
        -print_final_stats=1 "${options[@]}" >"$log" 2>&1; then
        tail -n 60 "$log"
        exit 1
    fi
    grep -E 'number_of_executed_units|new_units_added' "$log" || true
    rm -f "$log"
done
