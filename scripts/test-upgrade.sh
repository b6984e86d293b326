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
if [[ -z $release ]]; then
    if ! shallow=$(git rev-parse --is-shallow-repository 2>&1); then
        echo "git can't read this repository, where the last release is looked for: $shallow" >&2
        exit 1
    fi
    if [[ $shallow == true ]]; then
        echo "The history is not all here, so the last release can't be found. Fetch it with: git fetch --unshallow --tags" >&2
        exit 1
    fi
    release=$(git tag --merged HEAD --list 'v[0-9]*' --sort=-version:refname | grep -vxF "v$version" | head -n 1 || true)
fi

if [[ -z $release ]]; then
    echo "upgrade: there is no release yet, so this version stood in for the one before" |
        tee target/upgrade-without-release
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
