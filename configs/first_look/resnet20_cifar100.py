"""First look on a CPU: the teacher, 12 epochs of CIFAR-100.

    python tools/train.py configs/first_look/resnet20_cifar100.py \
        --work-dir work_dirs/first_look/resnet20_cifar100

Expected: not known. Measured: 57.39 % (docs/results/first_look.md).
"""
_base_ = '../rd/resnet20_cifar100.py'

param_scheduler = [
    dict(
        type='OneCycleLR',
        eta_max=0.1,
        total_steps=12,
        by_epoch=True,
        convert_to_iter_based=True)
]
train_cfg = dict(max_epochs=12)
randomness = dict(seed=0)
