#!/usr/bin/env bash
# Generates a Python and a TypeScript client of each API from openapi/*.json:
#   generate-clients.sh DIRECTORY  →  DIRECTORY/{python,typescript}/{scim,management,session}
# Run by `make clients`, which puts the generator on PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$1

rm -rf "$out"
for api in scim management session; do
    for generator in python typescript-fetch; do
        language=${generator%-fetch}
        target=$out/$language/$api
        mkdir -p "$target"
        echo "$target"
        if ! openapi-generator-cli generate --generator-name "$generator" \
            --input-spec "openapi/$api.json" --output "$target" \
            --package-name "roster_$api" >"$target/generator.log" 2>&1; then
            cat "$target/generator.log"
            exit 1
        fi
    done
done

# A schema without a name in the documents would give models that nobody can guess the meaning of.
if anonymous=$(grep -rlE '(class|interface) (Inline|\w+(OneOf|AnyOf|AllOf))\w*' "$out" --include='*.py' --include='*.ts'); then
    echo "These models have no name of their own; name their schemas in crates/http: $anonymous"
    exit 1
fi
