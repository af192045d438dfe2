"""First look on a CPU: ResNet-20 without a teacher.

    python tools/train.py configs/first_look/resnet20_4e_cifar100.py \
        --work-dir work_dirs/first_look/resnet20_4e_cifar100

Four epochs of CIFAR-100, the schedule of all students of this folder.
Expected: not known. Measured: see docs/results/first_look.md.
"""
_base_ = './resnet20_cifar100.py'

param_scheduler = [
    dict(
        type='OneCycleLR',
        eta_max=0.1,
        total_steps=4,
        by_epoch=True,
        convert_to_iter_based=True)
]
train_cfg = dict(max_epochs=4)
