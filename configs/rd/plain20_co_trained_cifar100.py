"""JointRD with a teacher that trains in the same steps, from scratch.

    python tools/train.py configs/rd/plain20_co_trained_cifar100.py

Mode JOINT of JointRD's released code, with plain20_cifar100.py's weights of
the losses.
Expected: not known. Measured: not run.
"""
_base_ = './plain20_cifar100.py'

model = dict(
    co_train_teacher=True,
    teacher=dict(init_cfg=None))
