"""JointRD: strictly plain 18-layer student on CIFAR-100, quickly, on one GPU.

    python tools/train.py configs/rd/plain18_fast_cifar100.py

Recipe: plain18_cifar100.py in bfloat16, with a fused optimizer, the fastest
convolutions for these shapes, and every fifth epoch validated. Images on the
device, channels_last and the rest of docs/performance.md are on by default.
Expected: the accuracy of plain18_cifar100.py. Measured: not run.
"""
_base_ = './plain18_cifar100.py'

optim_wrapper = dict(
    type='AmpOptimWrapper', dtype='bfloat16', optimizer=dict(fused=True))
env_cfg = dict(cudnn_benchmark=True)
train_cfg = dict(val_interval=5)
default_hooks = dict(checkpoint=dict(interval=20))
