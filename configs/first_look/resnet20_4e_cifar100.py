"""First look on a CPU: ResNet-20 in four epochs, the schedule of the students.

    python tools/train.py configs/first_look/resnet20_4e_cifar100.py \
        --work-dir work_dirs/first_look/resnet20_4e_cifar100

Expected: not known. Measured: not run.
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
