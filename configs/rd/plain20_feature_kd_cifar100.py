"""Feature distillation: the margin distance of the plain path, no hybrids.

    python tools/train.py configs/rd/resnet20_cifar100.py    # the teacher
    python tools/train.py configs/rd/plain20_feature_kd_cifar100.py

Mode KD of the released code of Residual Distillation (NeurIPS 2020); the
weight is 1e-3 times the 64 x 8 x 8 positions that it sums over.
Expected: no published number is known. Measured: not run.
"""
_base_ = './plain20_cifar100.py'

model = dict(
    hybrid_weight=dict(start=0.0, end=0.0),
    feature_loss=dict(type='rd_plugins.MarginLoss', loss_weight=4.0),
    feature_paths='plain')
