"""Fading with JointRD's hybrids: plain-20 on CIFAR-10.

    python tools/train.py configs/rd/resnet20_cifar10.py    # the teacher
    python tools/train.py configs/fading/plain20_joint_cifar10.py

Method: docs/fading.md, docs/joint_rd.md. Schedule: that of the teacher.
Expected: not known. Measured: 91.51 % in 20 epochs of one cycle
(docs/results/cifar10_plain20_20e.md).
"""
_base_ = './plain20_cifar10.py'

model = dict(
    objectives=[
        dict(
            type='rd_plugins.HybridLoss',
            weight=dict(start=1.0, end=0.5, horizon=0.3))
    ])
