"""JointRD with a teacher that trains in the same steps, from scratch.

    python tools/train.py configs/rd/plain20_co_trained_cifar100.py

The losses of mode JOINT of JointRD's released code, with the weights, the
strictly plain student and the schedule of plain20_cifar100.py.
Expected: not known. Measured: not run.
"""
_base_ = './plain20_cifar100.py'

model = dict(
    co_train_teacher=True,
    teacher=dict(init_cfg=None))
