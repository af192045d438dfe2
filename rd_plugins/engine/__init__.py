"""Hooks, schedulers, optimizer wrappers, and the launch of a run."""
from .hooks import (DeadBlockHook, EpochSeedHook, EpsilonScheduleHook,
                    FadeHook, Phase, PhaseHook, SyncStatisticsHook)
from .optim import CPUAmpOptimWrapper
from .schedulers import RestartMultiStepLR

__all__ = [
    'CPUAmpOptimWrapper', 'DeadBlockHook', 'EpochSeedHook',
    'EpsilonScheduleHook', 'FadeHook', 'Phase', 'PhaseHook',
    'RestartMultiStepLR', 'SyncStatisticsHook'
]
