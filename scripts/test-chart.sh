#!/usr/bin/env bash
# Tests the Helm chart, without a cluster. With --write, writes the golden manifests and the tables of
# the chart's README anew instead.
# Run by `make test-chart` and `make chart`, which put the tools on PATH.
set -euo pipefail
cd "$(dirname "$0")/.."

chart=deploy/helm/roster
golden=deploy/helm/golden
roster=${ROSTER_BIN:-${CARGO_TARGET_DIR:-target}/debug/roster}

# The manifests of each example; only the secret key is another one each time.
render() { # DIRECTORY
    local values
    for values in "$chart"/ci/*.yaml; do
        helm template roster "$chart" --namespace identity --values "$values" |
            sed 's/^  secret-key: .*/  secret-key: bWFkZSBhdCB0aGUgaW5zdGFsbGF0aW9u/' >"$1/$(basename "$values")"
    done
}

if [[ ${1:-} == --write ]]; then
    rm -rf "$golden"
    mkdir "$golden"
    render "$golden"
    python scripts/chart/readme.py
    exit
fi

python scripts/chart/readme.py --check

for values in "$chart"/ci/*.yaml; do
    helm lint --strict --quiet "$chart" --values "$values"
done
echo "helm lint: $(find "$chart/ci" -maxdepth 1 -name '*.yaml' | wc -l) examples"

rendered=$(mktemp -d)
trap 'rm -rf "$rendered"' EXIT
render "$rendered"
if ! diff --recursive --unified "$golden" "$rendered"; then
    echo "The manifests are not the ones of $golden. If that is meant, run \`make chart\`, and read the difference." >&2
    exit 1
fi
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml)
if ! grep -qx "appVersion: \"$version\"" "$chart/Chart.yaml"; then
    echo "appVersion in $chart/Chart.yaml must be $version, as in Cargo.toml." >&2
    exit 1
fi

python scripts/chart/manifests.py "$rendered"/*.yaml
python scripts/chart/refusals.py
if [[ -x $roster ]]; then
    python scripts/chart/settings.py "$roster"
else
    echo "There is no $roster, so the settings are compared by name alone. Build it first to have it read them."
    python scripts/chart/settings.py
fi
echo "the life of a release:"
python scripts/chart/lifecycle.py
