"""What acts on a run: hooks, and how the tools launch one."""
from .hooks import EpochSeedHook, Phase, PhaseHook, SyncStatisticsHook

__all__ = ['EpochSeedHook', 'Phase', 'PhaseHook', 'SyncStatisticsHook']
