"""Strictly plain 20 layers on 4,000 digits, without a teacher.

    python tools/train.py configs/demo/plain20_ce_mnist5k.py

Expected: not known. Measured: 96.80 % (docs/results/digits_20_layers.md).
"""
_base_ = './resnet20_mnist5k.py'

model = dict(backbone=dict(shortcut='none'))
