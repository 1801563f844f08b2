#!/usr/bin/env bash
# Installs what the client guides' examples need, as their readers would: @grpc/grpc-js and Google's error details from npm, grpcio, protoc and its
# gRPC plugin from Debian. Then generates the Python code of the contract. Everything lands in node_modules and generated beside this file.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# Tests that run side by side call this; the first one installs, the others wait for it.
exec 9<"$(basename "$0")"
flock 9

install() {
  local sudo=""
  [ "$(id -u)" -eq 0 ] || sudo="sudo -n"
  $sudo apt-get install -y -q --no-install-recommends "$@" || { $sudo apt-get update -q && $sudo apt-get install -y -q --no-install-recommends "$@"; }
}

command -v npm >/dev/null || install npm
if ! cmp -s package-lock.json node_modules/.installed-from; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.installed-from
fi
if ! /usr/bin/python3 -c 'import grpc, google.protobuf' 2>/dev/null || ! command -v ffmpeg >/dev/null || ! [ -x /usr/bin/protoc ] || ! [ -x /usr/bin/grpc_python_plugin ]; then
  install python3-grpcio python3-protobuf protobuf-compiler protobuf-compiler-grpc ffmpeg
fi

# The words of docs/api.md, with the plugin of Debian's package in place of pip's grpcio-tools.
rm -rf generated
mkdir -p generated
common=node_modules/google-proto-files
/usr/bin/protoc -I ../../protos -I "$common" --python_out=generated --grpc_python_out=generated \
  --plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin \
  ../../protos/videograin/v1/*.proto "$common"/google/rpc/status.proto "$common"/google/rpc/error_details.proto
