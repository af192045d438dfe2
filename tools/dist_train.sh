#!/usr/bin/env bash
# Train in several processes: tools/dist_train.sh CONFIG GPUS [flags of tools/train.py]
# Several nodes: set NNODES, NODE_RANK and MASTER_ADDR (and PORT) on each node.
# Where there is no GPU, GPUS is the number of CPU processes.
set -eu
if [ $# -lt 2 ]; then
    echo "usage: $0 CONFIG GPUS [flags of tools/train.py]" >&2
    exit 2
fi
config=$1
gpus=$2
shift 2
source "$(dirname "$0")/dist_run.sh"
dist_run train.py "$gpus" "$config" "$@"
