#!/usr/bin/env bash
# These tests run real clips through ffmpeg.
set -euo pipefail
if command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null; then exit 0; fi
sudo=""
if [ "$(id -u)" -ne 0 ]; then sudo="sudo -n"; fi
$sudo apt-get update -q
$sudo apt-get install -y -q --no-install-recommends ffmpeg
