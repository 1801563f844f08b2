#!/usr/bin/env bash
# The model volume.
#   models.sh sum DIR     writes DIR/SHA256SUMS over everything in DIR
#   models.sh fill DIR    brings the files that $MODELS_SUMS lists from $MODELS_SOURCE (file://, http://, https://) and checks each
#   models.sh await DIR   waits until exactly these files are there, $MODELS_PATIENCE seconds at most (900)
# DIR/.complete holds the checksum of the list that the volume was filled by. It goes before the first file changes and comes after the last.
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

fill() {
  local dir=$1 sum path part
  if is_complete "$dir" && (cd "$dir" && sha256sum --check --strict --quiet "$MODELS_SUMS" >&2); then
    say "the volume is complete"
    return
  fi
  # A list from outside names files below the volume and nothing else.
  if grep -qvE '^[0-9a-f]{64}  [A-Za-z0-9][A-Za-z0-9._/-]*$' "$MODELS_SUMS" || grep -qE '(^|[ /])\.\.(/|$)' "$MODELS_SUMS" || ! [ -s "$MODELS_SUMS" ]; then
    say "$MODELS_SUMS is no list of checksums and plain relative paths"
    exit 2
  fi
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
  sync
  identity >"$dir/.complete.part"
  mv -f "$dir/.complete.part" "$dir/.complete"
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
