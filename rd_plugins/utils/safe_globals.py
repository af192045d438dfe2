"""Lets PyTorch's ``weights_only`` loader read checkpoints of a Runner."""
from typing import Callable

import numpy as np
import torch
from mmengine.logging import HistoryBuffer
from mmengine.optim.scheduler.param_scheduler import OneCycleParamScheduler

from .dependencies import release
from .errors import UsageError

# What Runner checkpoints access by ``getattr``: statistics of the log history
# and annealing functions of a one-cycle schedule.
_ALLOWED_ATTRIBUTES = {
    HistoryBuffer: ('min', 'max', 'current', 'mean'),
    OneCycleParamScheduler: ('_annealing_cos', '_annealing_linear'),
}


def _restricted_getattr(owner: type, name: str) -> Callable:
    """Replacement of ``getattr`` in the unpickler, for six attributes.

    With the real one on the allow-list, a file could access every attribute of
    every object.
    """
    if name in _ALLOWED_ATTRIBUTES.get(owner, ()):
        return getattr(owner, name)
    raise UsageError(f'The checkpoint asks for attribute {name!r} of '
                     f'{owner!r}, which no checkpoint of a Runner needs. Do '
                     'not load this file.')


def _numpy_globals() -> list:
    """The globals in pickles of NumPy 1 and 2 arrays and scalars."""
    multiarray = np._core if release(np.__version__) >= (2, ) else np.core
    functions = [
        multiarray.multiarray._reconstruct, multiarray.multiarray.scalar
    ]
    named = [(function, f'numpy.{core}.multiarray.{function.__name__}')
             for function in functions for core in ('core', '_core')]
    dtypes = {type(np.dtype(kind)) for kind in 'bBhHiIlLqQefd?'}
    return [*named, np.ndarray, np.dtype, *dtypes]


def allow_runner_checkpoints() -> None:
    """Let ``torch.load(weights_only=True)`` read MMEngine's checkpoints.

    ``weights_only=True`` is the default since PyTorch 2.6, and MMEngine 0.10
    stores its log history and schedules beside the weights. Their globals are
    added to PyTorch's allow-list; ``weights_only`` stays on. Older PyTorch
    needs no change.
    """
    if release(torch.__version__) >= (2, 6):
        torch.serialization.add_safe_globals([
            *_ALLOWED_ATTRIBUTES, *_numpy_globals(),
            (_restricted_getattr, 'builtins.getattr')
        ])
