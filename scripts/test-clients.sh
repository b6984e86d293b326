#!/usr/bin/env bash
# Tests the generated clients in DIRECTORY: the TypeScript ones compile under --strict together
# with a program that uses them, the Python ones drive a running server.
# Run by `make test-clients`, which generates them and puts the tools on PATH.
set -euo pipefail
cd "$(dirname "$0")/.."
clients=$1

tsc --project tests/clients/typescript
PYTHONPATH="$clients/python/scim:$clients/python/management" \
    python -m unittest discover --start-directory tests/clients --verbose
