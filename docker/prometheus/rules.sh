#!/bin/sh
# Writes rule files as Prometheus reads them: what the operator's objects hold under "spec", which is the last that they hold.
#   rules.sh FROM TO    from a folder with objects (*.yaml, kustomization.yaml aside) into a folder that is there
set -eu
for object in "$1"/*.yaml; do
  name=${object##*/}
  [ "$name" = kustomization.yaml ] || sed -e '1,/^spec:$/d' -e 's/^  //' "$object" >"$2/$name"
done
