#!/usr/bin/env bash
# Checks the image, compose.yaml, the alerts and the dashboard as far as that goes without a container
# engine: the file system of the image is made here by the script that makes it there, and the program
# runs in it.
# Run by `make test-image`, which puts the tools on PATH. Needs a server that is built.
set -euo pipefail
cd "$(dirname "$0")/.."
roster=${ROSTER_BIN:-${CARGO_TARGET_DIR:-target}/debug/roster}
work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server"; rm -rf "$work"' EXIT

say() { printf '%s\n' "$*"; }
fail() {
    say "$*" >&2
    exit 1
}

# --- the Dockerfile ------------------------------------------------------------------------------

hadolint deploy/Dockerfile
for label in title description licenses version revision created; do
    grep -q "org.opencontainers.image.$label=" deploy/Dockerfile || fail "The image has no label $label."
done
say "hadolint has nothing to say about deploy/Dockerfile"

# The build sees these files alone, and they are enough for cargo to know the workspace.
mapfile -t kept < <(sed -n 's/^!//p' .dockerignore)
git ls-files -z -- "${kept[@]}" | xargs -0 cp --parents --target-directory="$work" --no-dereference
cargo metadata --quiet --locked --offline --no-deps --format-version 1 \
    --manifest-path "$work/Cargo.toml" >/dev/null
say "the context of the build holds $(find "$work" -type f | wc -l) files, and a whole workspace"

# --- the file system of the image ----------------------------------------------------------------

[[ -x $roster ]] || fail "There is no $roster: run \`cargo build --bin roster\` first."
rootfs=$work/rootfs
deploy/image/rootfs.sh "$roster" "$rootfs"
deploy/image/rootfs.sh "$roster" "$work/again"
sum_of() { tar --create --sort=name --numeric-owner --directory="$1" . | sha256sum; }
[[ $(sum_of "$rootfs") == "$(sum_of "$work/again")" ]] || fail "The same program gives another image each time."
rm -rf "$work/again"
libraries=$(cd "$rootfs" && find . -name '*.so*' -printf '%f\n' | sed 's/ld-linux.*/ld-linux/' | sort | xargs)
if [[ $libraries != "ld-linux libc.so.6 libgcc_s.so.1 libm.so.6" ]]; then
    fail "The program links other libraries than before: $libraries. If that is meant, say so here."
fi
beside=$(du --bytes --summarize --exclude=roster "$rootfs" | cut -f1)
((beside < 6 * 1024 * 1024)) || fail "Beside the program, the image has $beside bytes."
say "the image holds the program, $libraries, and $((beside / 1024)) KiB beside the program"
release=${CARGO_TARGET_DIR:-target}/release/roster
if [[ -x $release ]]; then
    size=$((beside + $(stat --format=%s "$release")))
    ((size < 40 * 1024 * 1024)) || fail "The image has $((size / 1024 / 1024)) MiB; it must stay under 40."
    say "with the release build it has $((size / 1024 / 1024)) MiB"
else
    say "not measured: the size of the image, since there is no release build (cargo build --release --bin roster)"
fi

# The program in that file system and no other, as the user that the image names.
# It has the settings of the Dockerfile, and none of this shell's.
mapfile -t settings < <(sed -n '/^ENV /,/[^\\]$/p' deploy/Dockerfile | grep -o '[A-Z_]*=[^ ]*')
port=$((20000 + RANDOM % 12000))
metrics=$((port + 1))
settings+=("ROSTER_LISTEN=127.0.0.1:$port" "ROSTER_METRICS_LISTEN=127.0.0.1:$metrics")
user=65532
change_root=(chroot --userspec="$user:$user" "$rootfs")
if [[ $(id -u) != 0 ]]; then
    user=
    change_root=(unshare --user --map-root-user --root="$rootfs")
fi
clean=(env --ignore-environment "PATH=$PATH" "${settings[@]}")
if ! "${clean[@]}" "${change_root[@]}" /roster --version >/dev/null 2>"$work/refused"; then
    grep -q 'Operation not permitted' "$work/refused" || fail "$(cat "$work/refused")"
    say "skipped: this user may not change the root directory, so the program does not run in the image's file system"
else
    data=$rootfs/var/lib/roster
    mkdir "$data"
    [[ $(id -u) != 0 ]] || chown "$user:$user" "$data"
    echo '127.0.0.1 database.example' >"$rootfs/etc/hosts"
    if "${clean[@]}" ROSTER_DATABASE_URL=postgres://roster@database.example:1/roster \
        "${change_root[@]}" /roster migrate 2>"$work/refused"; then
        fail "There should be no database at port 1."
    fi
    grep -qi 'refused' "$work/refused" || fail "Names are not looked up in the image: $(cat "$work/refused")"

    "${clean[@]}" "${change_root[@]}" /roster serve >"$work/banner" 2>"$work/log" &
    server=$!
    for _ in {1..600}; do
        curl -fs "http://127.0.0.1:$port/readyz" >/dev/null && break
        kill -0 "$server" 2>/dev/null || fail "$(cat "$work/log")"
        sleep 0.1
    done
    curl -fs "http://127.0.0.1:$port/readyz" >/dev/null || fail "$(cat "$work/log")"
    "${clean[@]}" "${change_root[@]}" /roster admin link --tenant default >/dev/null 2>&1 || fail "\`/roster admin link\` fails in the image."
    # What Prometheus gets, after a request of Okta's and a sign-in that were refused.
    curl -s "http://127.0.0.1:$port/t/default/scim/v2/Users" "http://127.0.0.1:$port/t/default/saml/acs" \
        --data SAMLResponse=x >/dev/null
    curl -fs "http://127.0.0.1:$metrics/metrics" | python scripts/image/exposed.py
    kill "$server"
    ended=0
    wait "$server" || ended=$?
    server=
    ((ended == 0)) || fail "The server did not end in order: $(cat "$work/log")"
    changed=$(find "$rootfs" -newer "$rootfs/etc/hosts" -type f -not -path "$data/*")
    [[ -z $changed ]] || fail "The server writes outside of its data directory: $changed"
    say "the program runs in it${user:+ as user $user}, looks names up, and writes to its data directory alone"
fi

# --- what runs beside it -------------------------------------------------------------------------

mapfile -t environment < <(python scripts/image/compose.py)
((${#environment[@]})) || exit 1
env --ignore-environment "${environment[@]}" "$roster" config check >/dev/null 2>&1 ||
    fail "The server does not accept the settings of compose.yaml."
python - deploy/compose/*.yaml deploy/compose/*/*.yaml <<'PY'
import sys, yaml
for path in sys.argv[1:]:
    yaml.safe_load(open(path))
PY
say "compose.yaml follows the specification, and the server accepts its settings"

# Where Prometheus finds its rules in the container, beside its configuration.
mkdir "$work/prometheus"
cp deploy/compose/prometheus.yaml deploy/helm/roster/files/alerts.yaml "$work/prometheus"
python scripts/image/queries.py "$work"
for check in "check config $work/prometheus/prometheus.yaml" "check rules $work/dashboard.yaml" "test rules deploy/helm/alerts_test.yaml"; do
    read -ra arguments <<<"$check"
    promtool "${arguments[@]}" >"$work/promtool" 2>&1 || fail "$(cat "$work/promtool")"
done
say "promtool accepts the configuration, the alerts, their tests and the dashboard's queries"
