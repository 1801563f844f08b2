#!/usr/bin/env bash
# Installs the servers that the tests start for themselves: an S3-compatible one (npm) and PostgreSQL's. None is set up or started here.
set -euo pipefail

# Tests that run side by side call this; the first one installs, the others wait for it.
exec 9<"${BASH_SOURCE[0]}"
flock 9

"$(dirname "${BASH_SOURCE[0]}")/S3/peer/install.sh"

if compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then exit 0; fi

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else echo "PostgreSQL's server is missing: install the package postgresql" >&2; exit 1; fi
}

install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; }

install postgresql-common || { as_root apt-get update -q && install postgresql-common; }

# Debian's package would make a server for the whole machine, and start it.
as_root sed -i 's/^#\? *create_main_cluster *=.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
install postgresql
