"""What acts on a run: hooks, and how the tools launch one."""
from .hooks import EpochSeedHook

__all__ = ['EpochSeedHook']
