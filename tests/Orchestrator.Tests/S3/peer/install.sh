#!/usr/bin/env bash
# Installs the S3-compatible server of the artifact store's tests (npm, into node_modules beside this file).
set -euo pipefail
cd "$(dirname "$0")"

# Tests that run side by side call this; the first one installs, the others wait for it.
exec 9<server.js
flock 9

if ! cmp -s package-lock.json node_modules/.installed-from; then
  command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or later" >&2; exit 1; }
  npm ci --ignore-scripts --no-audit --no-fund
  cp package-lock.json node_modules/.installed-from
fi
