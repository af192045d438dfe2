"""JointRD with a teacher that trains in the same steps, from scratch.

    python tools/train.py configs/rd/plain20_co_trained_cifar100.py

Mode JOINT of the released code of Residual Distillation (NeurIPS 2020).
The teacher needs no training before.
Expected: no published number is known. Measured: not run.
"""
_base_ = './plain20_cifar100.py'

model = dict(
    co_train_teacher=True,
    teacher=dict(init_cfg=None))
