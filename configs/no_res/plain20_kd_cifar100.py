"""No-Res, then logit distillation: plain-20 on CIFAR-100.

    python tools/train.py configs/rd/resnet20_cifar100.py  # teacher
    python tools/train.py configs/no_res/plain20_kd_cifar100.py

plain20_cifar100.py with another loss in its last phase.
Expected: not known. Measured: not run.
"""
_base_ = './plain20_cifar100.py'

model = dict(finetune=dict(type='rd_plugins.LogitDistiller'))
