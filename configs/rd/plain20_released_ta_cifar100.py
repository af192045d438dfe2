"""Mode TA as released, for comparison: its hybrids never reach the student.

    python tools/train.py configs/rd/resnet20_cifar100.py    # the teacher
    python tools/train.py configs/rd/plain20_released_ta_cifar100.py

What the README of the released code of Residual Distillation (NeurIPS 2020)
calls JointRD: on CIFAR its gradient is that of plain cross entropy.
Expected: no published number is known. Measured: not run.
"""
_base_ = './plain20_feature_kd_cifar100.py'

model = dict(
    feature_loss=dict(loss_weight=0.0))
