"""MMPretrain's runtime, made repeatable over a resume, and faster.

docs/performance.md says what each of the last three is worth. The stock
behaviour is None in place of the first two, dict(type='RuntimeInfoHook') in
place of the last.
"""
_base_ = 'mmpretrain::_base_/default_runtime.py'

# Seconds that processes wait for one that has stopped
env_cfg = dict(dist_cfg=dict(timeout=600))

default_hooks = dict(
    # Checkpoints are written whole, and only if they are finite.
    checkpoint=dict(
        type='rd_plugins.SafeCheckpointHook', interval=1, max_keep_ckpts=3),
    # A run whose loss is not finite stops.
    divergence=dict(type='rd_plugins.DivergenceHook'),
    # Processes end an epoch with the same batch statistics.
    sync_statistics=dict(type='rd_plugins.SyncStatisticsHook'),
    # A run that stops and resumes draws the same augmentations.
    epoch_seed=dict(type='rd_plugins.EpochSeedHook'),
    # Shortcuts that fade know how far the run is.
    fade=dict(type='rd_plugins.FadeHook'),
    # Small images lie on the device and are augmented there.
    device_input=dict(type='rd_plugins.DeviceInputHook'),
    # Convolutions in channels_last
    memory_format=dict(type='rd_plugins.MemoryFormatHook'),
    # Losses are read when they are logged.
    runtime_info=dict(type='rd_plugins.DeferredLogHook'))
