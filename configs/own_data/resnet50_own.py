"""ResNet-50 on own images, from ImageNet's weights: the teacher.

    python tools/train.py configs/own_data/resnet50_own.py

Folder and number of classes: configs/_base_/datasets/own_images.py; see
docs/own_data.md. The schedule is ours.
Expected: not known. Measured: not run.
"""
_base_ = [
    'mmpretrain::_base_/models/resnet50.py',
    '../_base_/datasets/own_images.py',
    '../_base_/schedules/own_100e.py',
    '../_base_/default_runtime.py',
]

model = dict(
    backbone=dict(
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.openmmlab.com/mmclassification/v0/'
            'resnet/resnet50_8xb32_in1k_20210831-ea4938fc.pth',
            prefix='backbone')),
    head=dict(num_classes=_base_.num_classes, topk=(1, )))

# Fine-tuning takes fewer and smaller steps.
optim_wrapper = dict(optimizer=dict(lr=0.01))
param_scheduler = [
    dict(
        type='CosineAnnealingLR',
        T_max=30,
        by_epoch=True,
        convert_to_iter_based=True)
]
train_cfg = dict(max_epochs=30)
