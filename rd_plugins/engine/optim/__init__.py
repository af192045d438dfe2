"""How optimizers step on hardware that MMEngine leaves out."""
from .cpu_amp_optim_wrapper import CPUAmpOptimWrapper, has_fast_bfloat16

__all__ = ['CPUAmpOptimWrapper', 'has_fast_bfloat16']
