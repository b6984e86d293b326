#!/usr/bin/env bash
# Runs the last release beside this version on one database: scripts/test-upgrade.sh [REVISION]
# The release is the last tag v… before this version, unless another revision is named. As long as there
# is none, this version stands in for it, and target/upgrade-without-release says so.
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p target
rm -f target/upgrade-without-release
version=$(sed -n '/^\[workspace.package\]/,/^$/s/^version = "\(.*\)"/\1/p' Cargo.toml)
release=${1:-}
# Source that came without its history, or with a part of it, has no release to run; that is said, as is
# that there is none. ROSTER_RELEASE=required makes either a failure.
missing="there is no release yet"
if [[ -z $release ]]; then
    if [[ $(git rev-parse --is-shallow-repository 2>/dev/null || true) != false ]]; then
        missing="the history with the last release is not here (git fetch --unshallow --tags)"
    else
        release=$(git tag --merged HEAD --list 'v[0-9]*' --sort=-version:refname | grep -vxF "v$version" | head -n 1 || true)
    fi
fi

if [[ -z $release ]]; then
    echo "upgrade: $missing, so this version stood in for the one before" |
        tee target/upgrade-without-release
    [[ ${ROSTER_RELEASE:-} != required ]]
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
