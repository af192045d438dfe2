"""The student of plain18_downsample_cifar100.py, without a teacher.

    python tools/train.py configs/rd/plain18_downsample_ce_cifar100.py

Expected: no published number is known. Measured: not run.
"""
_base_ = './plain18_ce_cifar100.py'

model = dict(backbone=dict(shortcut='downsample'))
