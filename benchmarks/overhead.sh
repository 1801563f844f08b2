#!/usr/bin/env bash
# How much of an edit's time is orchestration, streaming and checkpoints: one short edit to warm up, then one that is measured; nothing is cached.
#   benchmarks/overhead.sh [SPEC]      SPEC defaults to samples/wall/instance.yaml; build first, with ./videograin doctor
# Wall time beyond the stages' own computation is overhead. The orchestrator's share of the processor time is shown besides; it grows with the time that
# the edit takes, because of what goes by the clock. Services run as processes of their own on loopback.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=${VIDEOGRAIN_BIN:-$root/artifacts/bin/VideoGrain.Cli/release}
spec=$(realpath "${1:-$root/samples/wall/instance.yaml}")
work=$(mktemp -d)
declare -A pids
stop() {
  kill -TERM "${pids[@]}" 2>/dev/null || true
  wait "${pids[@]}" 2>/dev/null || true
  rm -rf "$work"
}
trap stop EXIT

base=$((20000 + $$ % 10000))
start() {
  local name=$1 port=$2
  shift 2
  dotnet "$bin/VideoGrain.$name.dll" "--Endpoints:GrpcPort=$port" "--Endpoints:HttpPort=$((port + 10))" "$@" >"$work/$name.log" 2>&1 </dev/null &
  pids[$name]=$!
  until curl -sf -o "$work/ready" "http://127.0.0.1:$((port + 10))/readyz"; do
    kill -0 "${pids[$name]}" || { cat "$work/$name.log" >&2; exit 1; }
    sleep 0.5
  done
}
start Segmentation $((base + 1)) "--Segmentation:ModelsDirectory=$root/models"
start Inversion $((base + 2)) "--Models:Root=$root/models"
start Denoiser $((base + 3)) "--Models:Root=$root/models"
start Orchestrator "$base" "--Data:Root=$work/data" "--Retention:MaxCacheBytes=0" "--Stages:Segmentation=http://127.0.0.1:$((base + 1))" \
  "--Stages:Inversion=http://127.0.0.1:$((base + 2))" "--Stages:Denoiser=http://127.0.0.1:$((base + 3))"

# Processor seconds so far, of the process and of its children that have ended.
cpu() { awk -v hz="$(getconf CLK_TCK)" '{ print ($14 + $15 + $16 + $17) / hz }' "/proc/${pids[$1]}/stat"; }
# Seconds of computation so far, as the stages count them.
computed() {
  for stage in 1 2 3; do curl -sf "http://127.0.0.1:$((base + 10 + stage))/metrics"; done | awk '/^videograin_stage_duration_seconds_sum/ { s += $2 } END { print s + 0 }'
}
edit() { dotnet "$bin/videograin.dll" edit "$2" --address "http://127.0.0.1:$base" --out "$work/$1" >"$work/$1.txt" 2>&1 || { tail -n 20 "$work/$1.txt" >&2; exit 1; }; }
# Wall time of the jobs so far, from claim to end.
worked() { curl -sf "http://127.0.0.1:$((base + 10))/metrics" | awk '/^videograin_job_stage_duration_seconds_sum/ { s += $2 } END { print s + 0 }'; }

cp -r "$(dirname "$spec")" "$work/sample"
{ cat "$spec"; printf '\noptions:\n  steps: 4\n  inversion_steps: 4\n'; } >"$work/sample/warm-up.yaml"
edit warm-up "$work/sample/warm-up.yaml"
before=$(computed) wall=$(worked)
declare -A spent
for name in "${!pids[@]}"; do spent[$name]=$(cpu "$name"); done
edit measured "$spec"
after=$(computed) end=$(worked)
all=0
for name in Segmentation Inversion Denoiser Orchestrator; do
  spent[$name]=$(awk -v a="${spent[$name]}" -v b="$(cpu "$name")" 'BEGIN { print b - a }')
  all=$(awk -v a="$all" -v b="${spent[$name]}" 'BEGIN { print a + b }')
  printf '%-14s %8.2f s of processor time\n' "$name" "${spent[$name]}"
done
awk -v before="$before" -v after="$after" -v wall="$wall" -v end="$end" -v own="${spent[Orchestrator]}" -v all="$all" 'BEGIN {
  printf "wall time      %8.2f s, of which the stages computed %.2f s: overhead %.2f %%\n", end - wall, after - before, 100 * (1 - (after - before) / (end - wall))
  printf "processor time %8.2f s, of which the orchestrator %.2f s: overhead %.2f %%\n", all, own, 100 * own / all
}'
