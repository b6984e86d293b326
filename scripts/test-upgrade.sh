#!/usr/bin/env bash
# Runs the last release beside this version on one database: scripts/test-upgrade.sh [REVISION]
# The release is the last tag v… before this version, unless another revision is named.
set -euo pipefail
cd "$(dirname "$0")/.."

release=${1:-$(git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null || true)}
if [[ -z $release ]]; then
    echo "There is no release yet, so this version stands in for the one before."
else
    source=target/previous/source
    git worktree prune
    [[ -d $source ]] && git worktree remove --force "$source"
    git worktree add --quiet --detach "$source" "$release"
    trap 'git worktree remove --force "$source"' EXIT
    echo "Building $release ($(git rev-parse --short "$release")) …"
    cargo build --quiet --manifest-path "$source/Cargo.toml" --target-dir target/previous --bin roster
    export ROSTER_PREVIOUS_BIN=$PWD/target/previous/debug/roster
fi
cargo build --quiet --bin roster
cargo test --quiet --package roster-tests --test upgrade -- --nocapture
