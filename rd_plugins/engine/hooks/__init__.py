"""Hooks on the training loop."""
from .dead_block_hook import DeadBlockHook
from .deferred_log_hook import DeferredLogHook
from .device_input_hook import DeviceInputHook
from .divergence_hook import DivergenceHook
from .epoch_seed_hook import EpochSeedHook
from .epsilon_schedule_hook import EpsilonScheduleHook
from .fade_hook import FadeHook
from .memory_format_hook import MemoryFormatHook
from .phase import Phase
from .phase_hook import PhaseHook
from .safe_checkpoint_hook import SafeCheckpointHook
from .sync_statistics_hook import SyncStatisticsHook

__all__ = [
    'DeadBlockHook', 'DeferredLogHook', 'DeviceInputHook', 'DivergenceHook',
    'EpochSeedHook', 'EpsilonScheduleHook', 'FadeHook', 'MemoryFormatHook',
    'Phase', 'PhaseHook', 'SafeCheckpointHook', 'SyncStatisticsHook'
]
