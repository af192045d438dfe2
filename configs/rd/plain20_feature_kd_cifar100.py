"""Feature distillation: margin distance of the plain path, no hybrids.

    python tools/train.py configs/rd/resnet20_cifar100.py  # teacher
    python tools/train.py configs/rd/plain20_feature_kd_cifar100.py

The loss of mode KD of JointRD's released code; the weight that it recommends,
1e-3 for each of 64 x 8 x 8 positions. Strictly plain student and schedule are
those of plain20_cifar100.py.
Expected: not known. Measured: not run.
"""
_base_ = './plain20_cifar100.py'

model = dict(
    hybrid_weight=dict(start=0.0, end=0.0),
    feature_loss=dict(type='rd_plugins.MarginLoss', loss_weight=4.096),
    feature_paths='plain')
