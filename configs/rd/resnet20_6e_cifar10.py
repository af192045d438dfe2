"""resnet20_cifar10.py cut to six epochs, for a look at the methods on a CPU.

    python tools/train.py configs/rd/resnet20_6e_cifar10.py

One-cycle schedule with cosine annealing.
Expected: not known. Measured: not run.
"""
_base_ = './resnet20_cifar10.py'

param_scheduler = [
    dict(
        type='OneCycleLR',
        eta_max=0.1,
        total_steps=6,
        by_epoch=True,
        convert_to_iter_based=True)
]
train_cfg = dict(max_epochs=6)
randomness = dict(seed=0)
