#!/usr/bin/env bash
# `make test`: every check and every test, one step after the other. Stops at the first that fails,
# and says at the end how long each took.
set -euo pipefail
cd "$(dirname "$0")/.."

finished=()
summary() {
    local status=$?
    printf '\n%s\n' "${finished[@]}"
    ((status == 0)) && echo "All of it passed." || echo "Failed: ${step:-}"
    exit "$status"
}
trap summary EXIT

run() { # NAME COMMAND...
    step=$1
    shift
    printf '\n=== %s: %s\n' "$step" "$*"
    local start=$SECONDS
    "$@"
    finished+=("$(printf '%5d s  %s' $((SECONDS - start)) "$step")")
}

run "tools" make tools
run "checks" make check
run "dependencies" make deny
if [[ -s target/advisories-unchecked ]]; then
    finished+=("$(printf '%5s    %s' - "$(cat target/advisories-unchecked)")")
fi
run "build" cargo build --quiet --workspace --bins
# Not at the first test that fails: one run tells them all.
run "tests" cargo test --quiet --workspace --no-fail-fast
run "upgrade" make test-upgrade
if [[ -s target/upgrade-without-release ]]; then
    finished+=("$(printf '%5s    %s' - "$(cat target/upgrade-without-release)")")
fi
run "OpenAPI" make lint-openapi
run "Helm chart" make test-chart
run "image" make test-image
run "generated clients" make test-clients
run "SCIM conformance" make conformance
