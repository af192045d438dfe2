"""Failures of files, networks and launchers."""
import os
from typing import Optional
from urllib.error import URLError

from .failure import Failure

LAUNCHERS = dict(
    pytorch='tools/dist_train.sh or torchrun',
    slurm='tools/slurm_train.sh or srun',
    mpi='mpirun')
# The variables that tell a process of each launcher which one it is.
VARIABLES = dict(
    RANK='pytorch', LOCAL_RANK='pytorch', WORLD_SIZE='pytorch',
    MASTER_ADDR='pytorch', MASTER_PORT='pytorch', SLURM_PROCID='slurm',
    SLURM_NTASKS='slurm', SLURM_NODELIST='slurm', SLURM_LOCALID='slurm',
    OMPI_COMM_WORLD_LOCAL_RANK='mpi', OMPI_COMM_WORLD_RANK='mpi',
    OMPI_COMM_WORLD_SIZE='mpi')


def _absent_file(failure: Failure) -> Optional[str]:
    error = failure.error
    if not isinstance(error, FileNotFoundError):
        return None
    found = f'There is no {error.filename}' if error.filename else error
    return f'{found}; check the path in the config or on the command line.'


def _download(failure: Failure) -> Optional[str]:
    if not isinstance(failure.error, URLError):
        return None
    failed = (f'download failed ({failure.error.reason}); connect to the '
              'network')
    dataset = failure.variable('self', lambda it: getattr(it, 'data_root', ''))
    if dataset is None:
        return f'A {failed}, or fetch the file by hand and give its path.'
    return (f'{type(dataset).__name__} is not in {dataset.data_root}, and its '
            f'{failed}, or name the folder that it is in: --cfg-options '
            'train_dataloader.dataset.data_root=PATH, also for val and test.')


def _file(failure: Failure) -> Optional[str]:
    """Something else of the kind, a folder where a file is, no space left."""
    error = failure.error
    if not isinstance(error, OSError) or error.errno is None:
        return None
    what = os.strerror(error.errno)
    if error.filename is None:
        return f'{what} (writing or reading a file failed).'
    return (f'{error.filename} cannot be used: {what}; give another path, or '
            'mend this one.')


def _launcher(failure: Failure) -> Optional[str]:
    found = failure.match(r'environment variable (\w+) expected', ValueError)
    name = found and found[1]
    if isinstance(failure.error, KeyError):
        name = failure.message
    launcher = VARIABLES.get(name)
    if launcher is None:
        return None
    return (f'--launcher {launcher} needs the environment variable {name}, '
            'which is not set; start the processes with '
            f'{LAUNCHERS[launcher]}, or leave --launcher out.')


def _checkpoint(failure: Failure) -> Optional[str]:
    if not failure.match('PytorchStreamReader failed|invalid load key'):
        return None
    name = failure.variable('filename', lambda value: isinstance(value, str))
    return (f'{name or "A file"} cannot be read as a checkpoint: '
            f'{failure.message} It may be truncated or of another kind; copy '
            'or download it again.')


def _lost_process(failure: Failure) -> Optional[str]:
    """What gloo and NCCL say of a process that is stopped or gone."""
    if not isinstance(failure.error, RuntimeError) or not failure.match(
            '[Tt]imed out|[Cc]onnection closed|[Cc]onnection reset'):
        return None
    return ('A process of this run has ended or not answered in time; its own '
            'output may say why. Go on with --resume; '
            'env_cfg.dist_cfg.timeout is how many seconds the others wait for '
            f'one ({failure.message}).')


def _memory(failure: Failure) -> Optional[str]:
    """What the allocators for CPUs and GPUs say."""
    found = failure.match(r'[Tt]ried to allocate ([\d.]+) (bytes|\wiB)',
                          RuntimeError)
    if found is None:
        return None
    amount = ' '.join(found.groups())
    if found[2] == 'bytes':
        amount = f'{int(found[1]) / 2**30:.2f} GiB'
    return (f'There is not enough memory for {amount} more; take smaller '
            'batches or smaller images.')


def _arguments(failure: Failure) -> Optional[str]:
    if failure.within('__call__', 'mmengine/config/config.py') is None:
        return None
    return ('--cfg-options takes pairs KEY=VALUE, such as '
            f'train_cfg.max_epochs=3 ({failure.message}).')


RULES = (_arguments, _absent_file, _download, _file, _lost_process, _launcher,
         _checkpoint, _memory)
