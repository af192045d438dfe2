"""Hooks on the training loop."""
from .epoch_seed_hook import EpochSeedHook
from .phase import Phase
from .phase_hook import PhaseHook
from .sync_statistics_hook import SyncStatisticsHook

__all__ = ['EpochSeedHook', 'Phase', 'PhaseHook', 'SyncStatisticsHook']
