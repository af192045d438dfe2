#!/usr/bin/env bash
# Test in several processes: tools/dist_test.sh CONFIG CHECKPOINT GPUS [flags of tools/test.py]
# Several nodes: set NNODES, NODE_RANK and MASTER_ADDR (and PORT) on each node.
# Where there is no GPU, GPUS is the number of CPU processes.
set -eu
if [ $# -lt 3 ]; then
    echo "usage: $0 CONFIG CHECKPOINT GPUS [flags of tools/test.py]" >&2
    exit 2
fi
config=$1
checkpoint=$2
gpus=$3
shift 3
source "$(dirname "$0")/dist_run.sh"
dist_run test.py "$gpus" "$config" "$checkpoint" "$@"
