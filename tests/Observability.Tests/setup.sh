#!/usr/bin/env bash
# Installs Debian's Prometheus, whose server and promtool these tests run, and PostgreSQL.
set -euo pipefail
bash "$(dirname "${BASH_SOURCE[0]}")/../Orchestrator.Tests/setup.sh"
if command -v prometheus >/dev/null && command -v promtool >/dev/null; then exit 0; fi
sudo=""
if [ "$(id -u)" -ne 0 ]; then sudo="sudo -n"; fi
# Another package may be being installed beside this one.
wait_for_lock=(-o DPkg::Lock::Timeout=300)
$sudo apt-get "${wait_for_lock[@]}" update -q
$sudo env DEBIAN_FRONTEND=noninteractive apt-get "${wait_for_lock[@]}" install -y -q --no-install-recommends prometheus
