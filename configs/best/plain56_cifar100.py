"""The recipe to begin with: plain-56 on CIFAR-100.

    python tools/train.py configs/rd/resnet56_cifar100.py    # the teacher
    python tools/train.py configs/best/plain56_cifar100.py

Shortcuts fade stage by stage, while each stage is fitted to the teacher's,
then logit distillation (docs/fading.md).
Expected: not known. Measured: not run.
"""
_base_ = [
    '../rd/resnet56_cifar100.py',
    '../_base_/schedules/fading_3_stages_200e.py',
]

model = dict(
    type='rd_plugins.StagewiseDistiller',
    backbone=dict(shortcut='fading_pad', fade=dict(by='phase', horizon=0.2)),
    finetune=dict(type='rd_plugins.LogitDistiller', alpha=0.5),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet56_cifar100/epoch_200.pth')))

# A mean over all channels gives the scale of one a gradient of 1/C, which
# decay would outweigh.
optim_wrapper = dict(
    clip_grad=dict(max_norm=1.0),
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0))
param_scheduler = []
