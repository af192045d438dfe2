"""No-Res, then JointRD: plain 20-layer student of ResNet-20 on CIFAR-100.

    python tools/train.py configs/rd/resnet20_cifar100.py  # teacher
    python tools/train.py configs/no_res/plain20_joint_cifar100.py

plain20_cifar100.py with JointRD as the loss of its last phase.
Expected: not known. Measured: 64.95 % in 50 epochs
(docs/results/cifar100_plain20_50e.md).
"""
_base_ = './plain20_cifar100.py'

model = dict(
    finetune=dict(
        type='rd_plugins.JointRD',
        hybrid_weight=dict(start=1.0, end=0.5, horizon=0.3)))
