"""The demo's baseline: strictly plain 56 layers without a teacher.

    python tools/train.py configs/demo/plain56_ce_mnist5k.py

Expected: fails. Measured: 57.37 ± 7.14 % (docs/results/demo.md).
"""
_base_ = './resnet56_mnist5k.py'

model = dict(backbone=dict(shortcut='none'))
