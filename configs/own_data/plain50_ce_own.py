"""Strictly plain 50 layers on own images, trained without a teacher.

    python tools/train.py configs/own_data/plain50_ce_own.py

The baseline of the other plain50, and the config to test them with; see
docs/own_data.md. The schedule is ours.
Expected: not known. Measured: not run.
"""
_base_ = [
    'mmpretrain::_base_/models/resnet50.py',
    '../_base_/datasets/own_images.py',
    '../_base_/schedules/own_100e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(type='rd_plugins.PlainResNet'),
    head=dict(num_classes=_base_.num_classes, topk=(1, )))
