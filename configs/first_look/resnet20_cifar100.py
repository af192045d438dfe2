"""First look on a CPU: the teacher, ResNet-20 on CIFAR-100 in 12 epochs.

    python tools/train.py configs/first_look/resnet20_cifar100.py \
        --work-dir work_dirs/first_look/resnet20_cifar100

Recipe: batch 128, SGD with Nesterov momentum, one-cycle schedule with peak
learning rate 0.1, weight decay 5e-4. The students of this folder have the
same with four epochs.
Expected: not known. Measured: see docs/results/first_look.md.
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
