"""Hooks on the training loop."""
from .deferred_log_hook import DeferredLogHook
from .device_input_hook import DeviceInputHook
from .epoch_seed_hook import EpochSeedHook
from .memory_format_hook import MemoryFormatHook
from .phase import Phase
from .phase_hook import PhaseHook
from .sync_statistics_hook import SyncStatisticsHook

__all__ = [
    'DeferredLogHook', 'DeviceInputHook', 'EpochSeedHook', 'MemoryFormatHook',
    'Phase', 'PhaseHook', 'SyncStatisticsHook'
]
