#!/usr/bin/env bash
# `make deny`: checks our dependencies by deny.toml. Licences, bans and sources always; known faults
# (advisories) where their database can be reached, which is on GitHub and nowhere else. Where it can't,
# that is said, here and at the end of `make test`; ROSTER_ADVISORIES=required makes it a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

database=https://github.com/RustSec/advisory-db
told=target/advisories-unchecked
mkdir -p target
rm -f "$told"

# Several versions of one crate are only warned of: `cargo-deny check bans` lists them.
cargo-deny --log-level error check --hide-inclusion-graph licenses bans sources

if GIT_TERMINAL_PROMPT=0 timeout 30 git ls-remote --exit-code "$database" HEAD >/dev/null 2>&1; then
    cargo-deny --log-level error check --hide-inclusion-graph advisories
else
    echo "advisories NOT CHECKED: $database can't be reached from here" | tee "$told" >&2
    [[ ${ROSTER_ADVISORIES:-} != required ]]
fi
