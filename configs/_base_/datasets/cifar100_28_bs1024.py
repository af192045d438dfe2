"""CIFAR-100 as in ResNet with No Res (github.com/tgjjj/ResNet-Distillation):

crops of 28 x 28 without padding, horizontal and vertical flips, batch 1024.
"""
_base_ = 'mmpretrain::_base_/datasets/cifar100_bs16.py'

data_preprocessor = dict(
    mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375])

train_pipeline = [
    dict(type='RandomCrop', crop_size=28),
    dict(type='RandomFlip', prob=0.5, direction='horizontal'),
    dict(type='RandomFlip', prob=0.5, direction='vertical'),
    dict(type='PackInputs'),
]
test_pipeline = [
    dict(type='CenterCrop', crop_size=28),
    dict(type='PackInputs'),
]

train_dataloader = dict(
    batch_size=1024, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(batch_size=1024, dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
