"""No-Res: plain 50-layer student of ResNet-50 on ImageNet, our recipe.

    bash tools/dist_train.sh configs/no_res/plain50_imagenet.py 8

Method of ResNet with No Res (github.com/tgjjj/ResNet-Distillation); phases,
weight decay and cosines are ours.
Expected: not known. Measured: not run.
"""
_base_ = '../rd/resnet50_imagenet.py'

model = dict(
    type='rd_plugins.StagewiseDistiller',
    backbone=dict(type='rd_plugins.PlainResNet'),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.openmmlab.com/mmclassification/v0/'
            'resnet/resnet50_8xb32_in1k_20210831-ea4938fc.pth')))

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
                epochs=10,
                train=[f'backbone.layer{k}'],
                loss=f'stage{k}',
                lr=4.0,
                weight_decay=0.0,
                schedule='cosine') for k in (1, 2, 3, 4)),
            dict(
                name='fine-tune',
                epochs=80,
                loss='finetune',
                lr=0.001,
                schedule='cosine'),
        ])
]
