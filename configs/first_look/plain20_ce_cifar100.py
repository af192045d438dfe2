"""First look on a CPU: plain-20 by cross entropy alone.

    python tools/train.py configs/first_look/plain20_ce_cifar100.py \
        --work-dir work_dirs/first_look/plain20_ce_cifar100

Expected: not known. Measured: 24.09 and 25.60 % (docs/results/first_look.md).
"""
_base_ = './resnet20_4e_cifar100.py'

model = dict(backbone=dict(shortcut='none'))
