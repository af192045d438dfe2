"""MMPretrain's runtime, made repeatable over a resume."""
_base_ = 'mmpretrain::_base_/default_runtime.py'

default_hooks = dict(
    checkpoint=dict(type='CheckpointHook', interval=1, max_keep_ckpts=3),
    # Processes end an epoch with the same batch statistics.
    sync_statistics=dict(type='rd_plugins.SyncStatisticsHook'),
    # A run that stops and resumes draws the same augmentations.
    epoch_seed=dict(type='rd_plugins.EpochSeedHook'))
