#!/usr/bin/env bash
# Writes the lock files of what images are built of (PackageLocks.targets) anew: after a change of versions or references.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rm -f eng/locks/*.json
dotnet restore VideoGrain.sln -p:StandIns=false -p:UpdateLocks=true --force-evaluate
