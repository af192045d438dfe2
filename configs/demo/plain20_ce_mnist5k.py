"""The demo's baseline: a strictly plain 20-layer network without a teacher.

    python tools/train.py configs/demo/plain20_ce_mnist5k.py

Expected and measured: see docs/results/demo.md.
"""
_base_ = './resnet20_mnist5k.py'

model = dict(backbone=dict(shortcut='none'))
