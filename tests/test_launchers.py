"""The scripts that start several processes, and what they start."""
import os
import subprocess
import sys

import pytest

from tests.helpers import DEMO, ROOT
from tests.helpers.tools import SMALL, assert_done, free_port, run


def test_two_nodes(run_dir, teacher, tmp_path):
    """Two agents with one process each, joined over a port."""
    port = free_port()
    agents, logs = [], [tmp_path / rank for rank in '01']
    for rank in '01':
        environment = dict(
            os.environ, NNODES='2', NODE_RANK=rank, MASTER_ADDR='127.0.0.1',
            PORT=port, OMP_NUM_THREADS='1',
            PATH=f'{os.path.dirname(sys.executable)}:{os.environ["PATH"]}')
        agents.append(
            subprocess.Popen([
                'bash', 'tools/dist_train.sh', f'{DEMO}/plain20_mnist5k.py',
                '1', '--work-dir', str(run_dir), '--cfg-options', *SMALL,
                f'model.teacher.init_cfg.checkpoint={teacher}',
                'train_cfg.max_epochs=1'
            ], cwd=ROOT, env=environment, stderr=subprocess.STDOUT,
                             stdout=logs[int(rank)].open('w')))
    # Not a pipe, which is full before the other one is read
    status = [agent.wait(timeout=300) for agent in agents]
    assert status == [0, 0], [log.read_text() for log in logs]
    assert (run_dir / 'epoch_1.pth').exists()
    done = run('bash', 'tools/dist_test.sh', f'{DEMO}/plain20_ce_mnist5k.py',
               run_dir / 'epoch_1.pth', '2', '--work-dir', run_dir,
               PORT=free_port(), OMP_NUM_THREADS='1',
               PATH=f'{os.path.dirname(sys.executable)}:{os.environ["PATH"]}')
    assert_done(done)
    assert 'accuracy/top1' in done.stdout + done.stderr


@pytest.mark.parametrize('script, usage', [
    ('dist_train.sh', 'CONFIG GPUS'),
    ('dist_test.sh', 'CONFIG CHECKPOINT GPUS'),
    ('slurm_train.sh', 'PARTITION JOB_NAME CONFIG WORK_DIR'),
])
def test_scripts_say_how_to_call_them(script, usage):
    done = run('bash', f'tools/{script}')
    assert done.returncode == 2 and usage in done.stderr


@pytest.mark.parametrize('processes', ['two', '', '0', '-1', 'config.py'])
def test_a_number_of_processes_that_is_none(processes):
    done = run('bash', 'tools/dist_train.sh', 'config.py', processes)
    assert done.returncode == 2
    assert f"error: '{processes}' is no number of" in done.stderr


def test_slurm_script_passes_everything_on(run_dir):
    srun = run_dir / 'srun'
    srun.write_text('#!/bin/sh\nprintf "%s\\n" "$@" "port $MASTER_PORT"\n')
    srun.chmod(0o755)
    done = run('bash', 'tools/slurm_train.sh', 'part', 'job', 'config.py',
               'work dir', '--resume', GPUS='4', GPUS_PER_NODE='2',
               PORT='29600', SRUN_ARGS='--qos high',
               PATH=f'{run_dir}:{os.environ["PATH"]}')
    lines = done.stdout.split('\n')
    for word in ('--partition=part', '--ntasks=4', '--gres=gpu:2', '--qos',
                 'high', 'config.py', 'work dir', '--resume', 'slurm',
                 'port 29600'):
        assert word in lines
