"""ResNet-20 on CIFAR-100 by the protocol of ResNet with No Res.

    python tools/train.py configs/no_res/resnet20_seed_cifar100.py

ResNet with No Res (github.com/tgjjj/ResNet-Distillation).
Expected: 59.98 %.
Measured: 59.98 % with the published weights, 59.90 % trained here
(docs/results/cifar100_no_res_seed.md).
"""
_base_ = [
    '../_base_/models/resnet20_cifar.py',
    '../_base_/datasets/cifar100_28_bs1024.py',
    '../_base_/schedules/no_res_seed_160e.py',
    '../_base_/default_runtime.py',
]

# Projections, as in the source.
model = dict(
    backbone=dict(shortcut='projection'), head=dict(num_classes=100))
