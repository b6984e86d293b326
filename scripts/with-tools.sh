#!/usr/bin/env bash
# Runs a command with the pinned tools on PATH, installing what is missing first:
#   scripts/with-tools.sh redocly lint openapi/scim.json
set -euo pipefail
here=$(dirname "$0")
"$here/install-tools.sh"
source "$here/tools/paths.sh"
exec "$@"
