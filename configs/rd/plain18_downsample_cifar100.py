"""JointRD whose student keeps the projections of stages 2 to 4.

    python tools/train.py configs/rd/resnet18_cifar100.py  # teacher
    python tools/train.py configs/rd/plain18_downsample_cifar100.py

Student of JointRD's released code, otherwise plain18_cifar100.py.
Expected: not known. Measured: not run.
"""
_base_ = './plain18_cifar100.py'

model = dict(backbone=dict(shortcut='downsample'))
