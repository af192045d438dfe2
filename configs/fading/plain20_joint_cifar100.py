"""Fading with JointRD's hybrids: plain-20 on CIFAR-100.

    python tools/train.py configs/rd/resnet20_cifar100.py    # the teacher
    python tools/train.py configs/fading/plain20_joint_cifar100.py

Method: docs/fading.md, docs/joint_rd.md. Schedule: that of the teacher.
Expected: not known.
Measured: 66.55, 66.19 and 65.96 % in 50 epochs
(docs/results/cifar100_plain20_50e.md).
"""
_base_ = './plain20_cifar100.py'

model = dict(
    objectives=[
        dict(
            type='rd_plugins.HybridLoss',
            weight=dict(start=1.0, end=0.5, horizon=0.3))
    ])
