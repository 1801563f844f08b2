#!/usr/bin/env bash
# collect-program ROOT PROGRAM...: copies programs and every library that they load to the same places below ROOT.
set -euo pipefail
root=$1
shift
for program in "$@"; do
  path=$(command -v "$program") || { echo "collect-program: there is no $program" >&2; exit 1; }
  # Lines of ldd: "name => /path (address)", "/path (address)", and the kernel's own, which has no path.
  { echo "$path"; ldd "$path" | sed -nE 's/^.*=> (\/[^ ]+) \(.*$/\1/p; s/^\t(\/[^ ]+) \(.*$/\1/p'; } | while read -r file; do
    # Where /lib is a link to /usr/lib the file goes to the real place, or the link would be replaced by a folder.
    target=$root$(realpath -s "$(realpath "$(dirname "$file")")/$(basename "$file")")
    mkdir -p "$(dirname "$target")"
    cp -L "$file" "$target"
  done
done
