"""Plain-20 with Dirac-parameterised convolutions, without a teacher.

    python tools/train.py configs/rd/plain20_dirac_ce_cifar100.py

The baseline of plain20_dirac_cifar100.py, and the config to test its
checkpoint with.
Expected: no published number is known. Measured: not run.
"""
_base_ = './plain20_ce_cifar100.py'

model = dict(
    backbone=dict(block_conv_cfg=dict(type='rd_plugins.DiracConv2d')))

# As released: the factors of the parameterisation do not decay.
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys={
            '.alpha': dict(decay_mult=0.0),
            '.beta': dict(decay_mult=0.0)
        }))
