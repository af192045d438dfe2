"""JointRD with Dirac convolutions in the student (docs/joint_rd.md).

    python tools/train.py configs/rd/resnet20_cifar100.py  # teacher
    python tools/train.py configs/rd/plain20_dirac_cifar100.py

Convolutions of JointRD's released code, their factors without decay as there.
Expected: not known. Measured: not run.
"""
_base_ = './plain20_cifar100.py'

model = dict(
    backbone=dict(block_conv_cfg=dict(type='rd_plugins.DiracConv2d')))

# As released: the factors of the parameterisation do not decay.
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys={
            '.alpha': dict(decay_mult=0.0),
            '.beta': dict(decay_mult=0.0)
        }))
