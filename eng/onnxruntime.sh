#!/usr/bin/env bash
# Fetches the ONNX Runtime library into artifacts/native/. Does nothing when it is there already.
# The npm package onnxruntime-node carries it for linux x64 and arm64; it is unpacked, never installed, so no script of it runs.
set -euo pipefail

version=1.30.0
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target="$root/artifacts/native"
library="$target/libonnxruntime.so.1"
stamp="$target/onnxruntime.version"

if [[ -s "$library" && "$(cat "$stamp" 2>/dev/null)" == "$version" ]]; then
  exit 0
fi

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) platform=linux/x64 ;;
  Linux-aarch64) platform=linux/arm64 ;;
  *) echo "onnxruntime.sh: no library for $(uname -s) $(uname -m): set VIDEOGRAIN_ONNXRUNTIME to one of your own" >&2; exit 1 ;;
esac

if ! command -v npm >/dev/null; then
  if [[ $EUID -ne 0 ]] || ! command -v apt-get >/dev/null; then
    echo "onnxruntime.sh: npm is needed (Debian: apt-get install npm)" >&2
    exit 1
  fi
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm >&2
fi

mkdir -p "$target"
work=$(mktemp -d "$target/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "Fetching ONNX Runtime $version ..." >&2
(cd "$work" && npm pack --silent --ignore-scripts "onnxruntime-node@$version" >/dev/null)
tar -xzf "$work/onnxruntime-node-$version.tgz" -C "$work" "package/bin/napi-v6/$platform/libonnxruntime.so.1"
# Moving within one file system is atomic: a reader sees the old library or the new one, never a part.
mv -f "$work/package/bin/napi-v6/$platform/libonnxruntime.so.1" "$library"
echo "$version" > "$stamp"
