"""Hooks on the training loop."""
from .dead_block_hook import DeadBlockHook
from .epoch_seed_hook import EpochSeedHook
from .epsilon_schedule_hook import EpsilonScheduleHook
from .phase import Phase
from .phase_hook import PhaseHook
from .sync_statistics_hook import SyncStatisticsHook

__all__ = [
    'DeadBlockHook', 'EpochSeedHook', 'EpsilonScheduleHook', 'Phase',
    'PhaseHook', 'SyncStatisticsHook'
]
