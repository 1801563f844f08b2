#!/usr/bin/env bash
# These tests run real clips through ffmpeg, and the judges of edits on the real ONNX Runtime library.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
if ! { command -v ffmpeg && command -v ffprobe; } >/dev/null; then
  sudo=""
  if [ "$(id -u)" -ne 0 ]; then sudo="sudo -n"; fi
  $sudo apt-get update -q
  $sudo apt-get install -y -q --no-install-recommends ffmpeg
fi
exec "$root/eng/onnxruntime.sh"
