#!/usr/bin/env bash
# The model volume.
#   models.sh sum DIR     writes DIR/SHA256SUMS over everything in DIR
#   models.sh fill DIR    brings the files that $MODELS_SUMS lists from $MODELS_SOURCE (file://, http://, https://), checks each, and removes all others
#   models.sh await DIR   waits until exactly these files are there, $MODELS_PATIENCE seconds at most (900)
# DIR/.complete holds the checksum of the list that the volume was filled by. It goes before the first file changes and comes after the last;
# DIR/.filling is there meanwhile.
set -euo pipefail

say() { echo "models: $*" >&2; }

identity() { sha256sum <"$MODELS_SUMS" | cut -d' ' -f1; }

# A list that is not there yet is not what an empty volume was filled by.
is_complete() { [ -s "$MODELS_SUMS" ] && [ -s "$1/.complete" ] && [ "$(cat "$1/.complete")" = "$(identity)" ]; }

holds() { [ -f "$2" ] && [ "$(sha256sum <"$2" | cut -d' ' -f1)" = "$1" ]; }

fetch() { # fetch PATH TARGET
  case $MODELS_SOURCE in
    file://*) cp -- "${MODELS_SOURCE#file://}/$1" "$2" ;;
    http://* | https://*) curl --fail --silent --show-error --location --retry 5 --retry-delay 2 --retry-connrefused --output "$2" "$MODELS_SOURCE/$1" ;;
    *) say "MODELS_SOURCE must begin with file://, http:// or https://"; exit 2 ;;
  esac
}

# others DIR: what is below DIR and not in the list, folders after what is in them. Names that no list may hold are the volume's own, such as .complete, and
# so is lost+found. A link stands for itself, not for what it leads to.
others() {
  local dir=$1 entry path
  local -A listed=()
  while read -r _ path; do
    listed[$path]=1
    while [[ $path == */* ]]; do path=${path%/*}; listed[$path]=1; done
  done <"$MODELS_SUMS"
  for entry in "$dir"/[A-Za-z0-9]*; do
    if [ "$entry" = "$dir/lost+found" ] || ! { [ -e "$entry" ] || [ -L "$entry" ]; }; then continue; fi
    find "$entry" -depth -print0
  done | while IFS= read -r -d '' entry; do
    path=${entry#"$dir/"}
    if [ -z "${listed[$path]:-}" ] && ! [ "$entry" -ef "$MODELS_SUMS" ]; then printf '%s\0' "$path"; fi
  done
}

# prune DIR: removes what left the list, so that no stage takes a former model for its default.
prune() {
  local path
  others "$1" | while IFS= read -r -d '' path; do
    say "removing $path, which is not in the list"
    if [ -d "$1/$path" ] && ! [ -L "$1/$path" ]; then rmdir --ignore-fail-on-non-empty "$1/$path"; else rm -f "$1/$path"; fi
  done
}

fill() {
  local dir=${1%/} sum path part
  # A list from outside names files below the volume and nothing else.
  if grep -qvE '^[0-9a-f]{64}  [A-Za-z0-9][A-Za-z0-9._/-]*$' "$MODELS_SUMS" || grep -qE '(^|[ /])\.{0,2}(/|$)' "$MODELS_SUMS" || ! [ -s "$MODELS_SUMS" ]; then
    say "$MODELS_SUMS is no list of checksums and plain relative paths"
    exit 2
  fi
  if is_complete "$dir" && (cd "$dir" && sha256sum --check --strict --quiet "$MODELS_SUMS" >&2); then
    prune "$dir"
    say "the volume is complete"
    return
  fi
  # What was never filled may be a folder named by mistake; nothing of it is to be removed.
  if ! [ -e "$dir/.complete" ] && ! [ -e "$dir/.filling" ] && [ "$(others "$dir" | grep -zcv '\.part$')" != 0 ]; then
    say "$dir holds what is not in the list and was never filled; empty it, or name another folder"
    exit 2
  fi
  : >"$dir/.filling"
  rm -f "$dir/.complete"
  while read -r sum path; do
    if holds "$sum" "$dir/$path"; then continue; fi
    say "fetching $path"
    mkdir -p "$(dirname "$dir/$path")"
    part=$dir/$path.part
    fetch "$path" "$part"
    if ! holds "$sum" "$part"; then
      rm -f "$part"
      say "$path does not have the checksum that the list states"
      exit 1
    fi
    # Readers see the old file or the new one.
    mv -f "$part" "$dir/$path"
  done <"$MODELS_SUMS"
  prune "$dir"
  sync
  identity >"$dir/.complete.part"
  mv -f "$dir/.complete.part" "$dir/.complete"
  rm -f "$dir/.filling"
  say "the volume is complete"
}

await() {
  local waited=0 patience=${MODELS_PATIENCE:-900}
  until is_complete "$1"; do
    if [ "$waited" -ge "$patience" ]; then
      say "the volume was not filled within $patience s; see the job 'models'"
      exit 1
    fi
    sleep 1
    waited=$((waited + 1))
  done
  say "the volume is complete"
}

sum() {
  local list
  list=$(cd "$1" && find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum)
  echo "$list" >"$1/SHA256SUMS"
}

if [ $# -ne 2 ]; then say "usage: models.sh sum|fill|await DIR"; exit 2; fi
case $1 in
  sum) sum "$2" ;;
  fill) : "${MODELS_SOURCE:?}" "${MODELS_SUMS:?}"; fill "$2" ;;
  await) : "${MODELS_SUMS:?}"; await "$2" ;;
  *) say "usage: models.sh sum|fill|await DIR"; exit 2 ;;
esac
