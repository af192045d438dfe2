"""No-Res: plain 20-layer student of ResNet-20 on CIFAR-10, our recipe.

    python tools/train.py configs/rd/resnet20_cifar10.py  # teacher
    python tools/train.py configs/no_res/plain20_cifar10.py

Method of ResNet with No Res (github.com/tgjjj/ResNet-Distillation); padded
crops, weight decay and cosines are ours.
Expected: not known. Measured: not run.
"""
_base_ = '../rd/resnet20_cifar10.py'

model = dict(
    type='rd_plugins.StagewiseDistiller',
    backbone=dict(shortcut='none'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet20_cifar10/epoch_200.pth')))

# A mean over all channels gives the scale of one a gradient of 1/C, which
# decay would outweigh.
optim_wrapper = dict(
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0))
param_scheduler = []
custom_hooks = [
    dict(
        type='rd_plugins.PhaseHook',
        phases=[
            *(dict(
                name=f'stage {k}',
                epochs=20,
                train=[f'backbone.layer{k}'],
                loss=f'stage{k}',
                lr=0.1,
                schedule='cosine') for k in (1, 2, 3)),
            dict(
                name='fine-tune',
                epochs=140,
                loss='finetune',
                lr=0.05,
                schedule='cosine'),
        ])
]
