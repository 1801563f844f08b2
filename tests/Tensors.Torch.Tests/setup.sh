#!/usr/bin/env bash
# Builds the library that stands for CUDA's libraries in tests, into artifacts/native/fake-cuda; installs a C compiler where there is none.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# Tests that run side by side call this; the first one installs, the others wait for it.
exec 9<"$(basename "$0")"
flock 9

target=$(cd ../.. && pwd)/artifacts/native/fake-cuda
if [ "$target/libfakecuda.so" -nt FakeCuda/cuda.c ]; then exit 0; fi
if ! command -v gcc >/dev/null || ! echo '#include <stdio.h>' | gcc -E - >/dev/null 2>&1; then
  sudo=""
  [ "$(id -u)" -eq 0 ] || sudo="sudo -n"
  # Another package may be being installed beside this one.
  install=($sudo env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends gcc libc6-dev)
  "${install[@]}" || { $sudo apt-get -o DPkg::Lock::Timeout=300 update -q && "${install[@]}"; }
fi
mkdir -p "$target"
gcc -O1 -Wall -Werror -shared -fPIC -o "$target/libfakecuda.so" FakeCuda/cuda.c -lm
