#!/usr/bin/env bash
# Builds the container image, labelled with the commit that it is built from, whose time is the time of
# all that is in it:
#   build-image.sh [NAME]     NAME:VERSION is what it is called; default: roster
# Run by `make image`. Needs Docker with BuildKit, or what behaves like it (CONTAINER_ENGINE=podman).
set -euo pipefail
cd "$(dirname "$0")/.."

name=${1:-roster}
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml)
time=$(git log -1 --format=%ct)

"${CONTAINER_ENGINE:-docker}" build --file deploy/Dockerfile --tag "$name:$version" \
    --build-arg "SOURCE_DATE_EPOCH=$time" \
    --build-arg "VERSION=$version" \
    --build-arg "REVISION=$(git rev-parse HEAD)" \
    --build-arg "CREATED=$(date --utc --date="@$time" +%Y-%m-%dT%H:%M:%SZ)" \
    .
