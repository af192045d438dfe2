"""No-Res, then JointRD: plain 56-layer student of ResNet-56 on CIFAR-100.

    python tools/train.py configs/rd/resnet56_cifar100.py  # teacher
    python tools/train.py configs/no_res/plain56_joint_cifar100.py

plain56_cifar100.py with JointRD as the loss of its last phase.
Expected: not known. Measured: not run.
"""
_base_ = './plain56_cifar100.py'

model = dict(
    finetune=dict(
        type='rd_plugins.JointRD',
        hybrid_weight=dict(start=1.0, end=0.5, horizon=0.3)))
