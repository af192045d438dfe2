# shellcheck shell=bash
# Sourced by dist_train.sh and dist_test.sh: dist_run TOOL PROCESSES [arguments of the tool]
dist_run() {
    local tools tool=$1 processes=$2
    tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
    shift 2
    case $processes in
        ''|0|*[!0-9]*)
            echo "error: '$processes' is no number of GPUs or processes; usage: ${0##*/} CONFIG GPUS ..." >&2
            exit 2 ;;
    esac
    export PYTHONPATH="$tools/..${PYTHONPATH:+:$PYTHONPATH}"
    exec python -m torch.distributed.run \
        --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" \
        --master_addr="${MASTER_ADDR:-127.0.0.1}" --master_port="${PORT:-29500}" \
        --nproc_per_node="$processes" \
        "$tools/$tool" "$@" --launcher pytorch
}
