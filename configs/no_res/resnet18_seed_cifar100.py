"""ResNet-18 on CIFAR-100 by the protocol of ResNet with No Res.

    python tools/train.py configs/no_res/resnet18_seed_cifar100.py

ResNet with No Res (github.com/tgjjj/ResNet-Distillation). Its readme has
widths of 64 to 256, code that is commented out 64 to 512 (taken here).
Expected: 48.07 %, with widths that the source leaves open. Measured: not run.
"""
_base_ = [
    'mmpretrain::_base_/models/resnet18_cifar.py',
    '../_base_/datasets/cifar100_28_bs1024.py',
    '../_base_/schedules/no_res_seed_160e.py',
    '../_base_/default_runtime.py',
]

model = dict(head=dict(num_classes=100))
