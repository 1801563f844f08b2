#!/usr/bin/env bash
# Builds every image, each with a software bill of materials and its provenance. build.sh [PREFIX [VERSION [ARGUMENT...]]]; the arguments are buildx's own
# and say where images go, such as build.sh registry.example.com/videograin 0.1.0 --push
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
prefix=${1:-videograin} version=${2:-0.1.0}
# What differs from the commit is not the commit's: the Dockerfile names it by its sources.
revision=()
if [ -e .git ] && changes=$(git status --porcelain) && [ -z "$changes" ]; then revision=(--build-arg "REVISION=$(git rev-parse HEAD)"); fi
for target in $(sed -nE 's/^FROM .* AS (orchestrator|segmentation|inversion|denoiser|inversion-cpu|denoiser-cpu|models)$/\1/p' docker/Dockerfile); do
  docker buildx build --file docker/Dockerfile --target "$target" --tag "$prefix/$target:$version" \
    --build-arg "VERSION=$version" "${revision[@]}" --sbom=true --provenance=mode=max "${@:3}" .
done
