"""No-Res: plain 18-layer student of ResNet-18 on CIFAR-100, our recipe.

    python tools/train.py configs/rd/resnet18_cifar100.py  # teacher
    python tools/train.py configs/no_res/plain18_cifar100.py

Method of ResNet with No Res (github.com/tgjjj/ResNet-Distillation); padded
crops, weight decay and cosines are ours.
Expected: not known. Measured: not run.
"""
_base_ = '../rd/resnet18_cifar100.py'

model = dict(
    type='rd_plugins.StagewiseDistiller',
    backbone=dict(type='rd_plugins.PlainResNet_CIFAR'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/resnet18_cifar100/epoch_200.pth')))

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
                lr=4.0,
                weight_decay=0.0,
                schedule='cosine') for k in (1, 2, 3, 4)),
            dict(
                name='fine-tune',
                epochs=120,
                loss='finetune',
                lr=0.001,
                schedule='cosine'),
        ])
]
