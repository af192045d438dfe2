#!/usr/bin/env bash
# Train on a cluster: tools/slurm_train.sh PARTITION JOB_NAME CONFIG WORK_DIR [flags of tools/train.py]
# From the environment: GPUS (8 in all), GPUS_PER_NODE (8), CPUS_PER_TASK (5), PORT (29500), SRUN_ARGS.
# CPU_ONLY=1: no GPU is asked for, and GPUS is the number of CPU processes.
set -eu
if [ $# -lt 4 ]; then
    echo "usage: $0 PARTITION JOB_NAME CONFIG WORK_DIR [flags of tools/train.py]" >&2
    exit 2
fi
partition=$1
job_name=$2
config=$3
work_dir=$4
shift 4
tools=$(cd "$(dirname "$0")" && pwd)
gpus_per_node=${GPUS_PER_NODE:-8}
gres=(--gres="gpu:$gpus_per_node")
if [ "${CPU_ONLY:-0}" = 1 ]; then
    gres=(--gres=none)
fi
read -ra srun_args <<< "${SRUN_ARGS:-}"

export MASTER_PORT="${PORT:-${MASTER_PORT:-29500}}"
export PYTHONPATH="$tools/..${PYTHONPATH:+:$PYTHONPATH}"
exec srun --partition="$partition" --job-name="$job_name" \
    --ntasks="${GPUS:-8}" --ntasks-per-node="$gpus_per_node" \
    "${gres[@]}" --cpus-per-task="${CPUS_PER_TASK:-5}" \
    --kill-on-bad-exit=1 ${srun_args[@]+"${srun_args[@]}"} \
    python -u "$tools/train.py" "$config" --work-dir "$work_dir" --launcher slurm "$@"
