#!/usr/bin/env bash
# Installs the pinned protobuf linter into node_modules (git-ignored). Needs node and npm; safe to repeat.
# With --baseline it also writes the contract as it is now to baseline.binpb, for later comparisons.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
if ! [ -x node_modules/.bin/buf ] || [ package-lock.json -nt node_modules ]; then
  # Not "npm ci": it wants every platform's optional package in the lock, and some feeds hold only a few.
  npm install --no-save --no-audit --no-fund --loglevel=error
  touch node_modules
fi
if [ "${1:-}" = --baseline ]; then
  node_modules/.bin/buf build ../../protos --exclude-source-info -o baseline.binpb
fi
