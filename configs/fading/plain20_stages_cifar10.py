"""Fading stage by stage: plain-20 that begins as its teacher, on CIFAR-10.

    python tools/train.py configs/rd/resnet20_cifar10.py    # the teacher
    python tools/train.py configs/fading/plain20_stages_cifar10.py

While a stage's shortcuts fade, it alone is trained, to keep the output of the
teacher's stage; then everything, with the teacher's predictions
(docs/fading.md).
Expected: not known. Measured: 90.87 % in 20 epochs, shortcuts gone after three
quarters of each phase (docs/results/cifar10_plain20_20e.md).
"""
_base_ = [
    '../rd/resnet20_cifar10.py',
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
            checkpoint='work_dirs/resnet20_cifar10/epoch_200.pth')))

# A mean over all channels gives the scale of one a gradient of 1/C, which
# decay would outweigh.
optim_wrapper = dict(
    clip_grad=dict(max_norm=1.0),
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0))
param_scheduler = []
