"""The loss of JointRD's released command for CIFAR (mode TA), on plain-20.

    python tools/train.py configs/rd/resnet20_cifar100.py  # teacher
    python tools/train.py configs/rd/plain20_released_ta_cifar100.py

JointRD's released code: no hybrid reaches the student, the distance weighs 0,
so the gradient is that of plain cross entropy. The command's student keeps
projections, has Dirac convolutions and no warm-up, unlike this one.
Expected: not known. Measured: not run.
"""
_base_ = './plain20_feature_kd_cifar100.py'

model = dict(
    feature_loss=dict(loss_weight=0.0))
