"""Plain-20 with Dirac convolutions; tests plain20_dirac_cifar100.py.

    python tools/train.py configs/rd/plain20_dirac_ce_cifar100.py

Convolutions of JointRD's released code. Their factors do not decay, as there
where a teacher is at hand (its cross entropy alone decays them).
Expected: not known. Measured: not run.
"""
_base_ = './plain20_ce_cifar100.py'

model = dict(
    backbone=dict(block_conv_cfg=dict(type='rd_plugins.DiracConv2d')))

# The factors of the parameterisation do not decay, as with a teacher.
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys={
            '.alpha': dict(decay_mult=0.0),
            '.beta': dict(decay_mult=0.0)
        }))
