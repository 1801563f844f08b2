#!/usr/bin/env bash
# The segmentation service runs models on the real ONNX Runtime library.
set -euo pipefail
exec "$(dirname "${BASH_SOURCE[0]}")/../../eng/onnxruntime.sh"
