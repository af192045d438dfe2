"""Optimizer wrappers for hardware that MMEngine does not support."""
from .cpu_amp_optim_wrapper import CPUAmpOptimWrapper, has_fast_bfloat16

__all__ = ['CPUAmpOptimWrapper', 'has_fast_bfloat16']
