"""plain18_cifar100.py in bfloat16 with the settings of docs/performance.md.

    python tools/train.py configs/rd/resnet18_cifar100.py  # teacher
    python tools/train.py configs/rd/plain18_fast_cifar100.py

Fused optimizer, fastest convolutions, every fifth epoch validated.
Expected: the accuracy of plain18_cifar100.py. Measured: not run.
"""
_base_ = './plain18_cifar100.py'

optim_wrapper = dict(
    type='AmpOptimWrapper', dtype='bfloat16', optimizer=dict(fused=True))
env_cfg = dict(cudnn_benchmark=True)
train_cfg = dict(val_interval=5)
default_hooks = dict(checkpoint=dict(interval=20))
