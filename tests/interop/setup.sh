#!/usr/bin/env bash
# Installs the peers of the interop tests: @grpc/grpc-js (npm, into node_modules beside this file) and grpcio (Debian packages).
set -euo pipefail
cd "$(dirname "$0")"

# Tests that run side by side call this; the first one installs, the others wait for it.
exec 9<"$(basename "$0")"
flock 9

if ! cmp -s package-lock.json node_modules/.installed-from; then
  command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or later" >&2; exit 1; }
  npm ci --ignore-scripts --no-audit --no-fund
  cp package-lock.json node_modules/.installed-from
fi

if ! /usr/bin/python3 -c 'import grpc, google.protobuf; from grpc_tools import protoc' 2>/dev/null; then
  if [ "$(id -u)" != 0 ]; then
    echo "python3-grpcio and python3-grpc-tools are missing: install them with apt-get" >&2
    exit 1
  fi
  apt-get install -y --no-install-recommends python3-grpcio python3-grpc-tools \
    || { apt-get update && apt-get install -y --no-install-recommends python3-grpcio python3-grpc-tools; }
fi
