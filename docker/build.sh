#!/usr/bin/env bash
# Builds every image, each with a software bill of materials and its provenance. build.sh [PREFIX [VERSION]], such as build.sh videograin 0.1.0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
prefix=${1:-videograin} version=${2:-0.1.0}
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
for target in $(sed -nE 's/^FROM .* AS (orchestrator|segmentation|inversion|denoiser|inversion-cpu|denoiser-cpu|models)$/\1/p' docker/Dockerfile); do
  docker buildx build --file docker/Dockerfile --target "$target" --tag "$prefix/$target:$version" \
    --build-arg "VERSION=$version" --build-arg "REVISION=$revision" --sbom=true --provenance=mode=max .
done
