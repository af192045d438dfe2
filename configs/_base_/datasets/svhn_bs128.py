"""SVHN, extra images included, in batches of 128, as in ε-ResNet's code.

That subtracts the mean image; here it is the mean colour.
"""
dataset_type = 'rd_plugins.SVHN'
data_preprocessor = dict(
    num_classes=10,
    mean=[111.609, 113.161, 120.565],
    std=[128.0, 128.0, 128.0],
    # loaded images are already RGB
    to_rgb=False)

train_pipeline = [
    dict(type='rd_plugins.BrightnessContrast'),
    dict(type='rd_plugins.GaussianDeform'),
    dict(type='RandomCrop', crop_size=32, padding=4),
    dict(type='PackInputs'),
]
test_pipeline = [dict(type='PackInputs')]

train_dataloader = dict(
    batch_size=128,
    num_workers=4,
    # The last, smaller batch would close gates more easily.
    drop_last=True,
    dataset=dict(
        type=dataset_type,
        data_root='data/svhn',
        split='train+extra',
        pipeline=train_pipeline),
    sampler=dict(type='DefaultSampler', shuffle=True))
val_dataloader = dict(
    batch_size=128,
    num_workers=2,
    dataset=dict(
        type=dataset_type,
        data_root='data/svhn',
        split='test',
        pipeline=test_pipeline),
    sampler=dict(type='DefaultSampler', shuffle=False))
test_dataloader = val_dataloader

val_evaluator = dict(type='Accuracy', topk=(1, ))
test_evaluator = val_evaluator
