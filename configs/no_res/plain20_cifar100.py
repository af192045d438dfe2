"""No-Res: plain 20-layer student of ResNet-20 on CIFAR-100, our recipe.

    python tools/train.py configs/rd/resnet20_cifar100.py  # teacher
    python tools/train.py configs/no_res/plain20_cifar100.py

Method of ResNet with No Res (github.com/tgjjj/ResNet-Distillation); padded
crops, weight decay and cosines are ours.
Expected: not known.
Measured: 65.05, 65.24 and 65.21 % in 50 epochs
(docs/results/cifar100_plain20_50e.md).
"""
_base_ = [
    '../rd/resnet20_cifar100.py',
    '../_base_/schedules/no_res_3_stages_200e.py',
]

model = dict(
    type='rd_plugins.StagewiseDistiller',
    backbone=dict(shortcut='none'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet20_cifar100/epoch_200.pth')))

# A mean over all channels gives the scale of one a gradient of 1/C, which
# decay would outweigh.
optim_wrapper = dict(
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0))
param_scheduler = []
