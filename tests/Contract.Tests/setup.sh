#!/usr/bin/env bash
# Installs the pinned protobuf linter into node_modules (git-ignored). Needs node and npm; safe to repeat.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
[ -x node_modules/.bin/buf ] && [ node_modules -nt package-lock.json ] && exit 0
npm ci --no-audit --no-fund --loglevel=error
touch node_modules
