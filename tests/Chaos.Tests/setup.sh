#!/usr/bin/env bash
# These tests encode clips with ffmpeg and move a process's clock with libfaketime.
set -euo pipefail
if command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null && compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null; then exit 0; fi
sudo=""
if [ "$(id -u)" -ne 0 ]; then sudo="sudo -n"; fi
$sudo apt-get update -q
$sudo apt-get install -y -q --no-install-recommends ffmpeg libfaketime
