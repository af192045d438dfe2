"""Mixed precision on CPUs, which MMEngine's wrapper does not support."""
import logging
from contextlib import contextmanager
from typing import Iterator

import torch
from mmengine.logging import print_log
from mmengine.optim import OptimWrapper
from torch import nn

from rd_plugins.registry import OPTIM_WRAPPERS
from rd_plugins.utils.cpu import cpu_flags
from rd_plugins.utils.errors import check_choice

# Names of the instruction sets in /proc/cpuinfo, on x86 and on ARM.
BFLOAT16_FLAGS = frozenset(('avx512_bf16', 'amx_bf16', 'bf16'))


def has_fast_bfloat16(cpuinfo: str = '/proc/cpuinfo') -> bool:
    """Whether this processor has instructions for bfloat16.

    Args:
        cpuinfo (str): The file in which Linux lists its features.

    Returns:
        bool: False also if there is no such file.
    """
    return not BFLOAT16_FLAGS.isdisjoint(cpu_flags(cpuinfo))


@OPTIM_WRAPPERS.register_module()
class CPUAmpOptimWrapper(OptimWrapper):
    """Forward passes in bfloat16 under ``torch.autocast``, steps in float32.

    bfloat16 has the exponents of float32, so losses need no scaling. Without a
    GPU, ``tools/train.py`` uses it instead of ``AmpOptimWrapper`` (also with
    ``--amp``). Checkpoints can be resumed with either of them.

    Args:
        dtype (str): ``'bfloat16'``, the only one on CPUs.
        **kwargs: The arguments of :class:`mmengine.optim.OptimWrapper`.

    Raises:
        UsageError: If another dtype is asked for.

    Example:
        >>> # in a config
        >>> optim_wrapper = dict(type='rd_plugins.CPUAmpOptimWrapper')
    """

    def __init__(self, dtype: str = 'bfloat16', **kwargs) -> None:
        check_choice('CPUAmpOptimWrapper', 'dtype', dtype, ('bfloat16', ))
        super().__init__(**kwargs)
        self.cast_dtype = getattr(torch, dtype)
        if not has_fast_bfloat16():
            print_log(
                'Mixed precision: this processor has no instructions for '
                'bfloat16 (avx512_bf16, amx_bf16 or bf16), so training will '
                'be slower with it than without; leave --amp out.',
                logger='current',
                level=logging.WARNING)

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Run the forward pass under ``torch.autocast`` with bfloat16."""
        with super().optim_context(model), torch.autocast(
                'cpu', dtype=self.cast_dtype):
            yield

    def load_state_dict(self, state_dict: dict) -> None:
        """Load an optimizer's state, without a GPU's loss scaler."""
        super().load_state_dict({
            key: value
            for key, value in state_dict.items() if key != 'loss_scaler'
        })
