"""The demo's teacher: ResNet-56 on 4,000 digits at 14 x 14, four epochs.

    python tools/train.py configs/demo/resnet56_mnist5k.py

Expected: not known. Measured: 96.93 ± 0.47 % (docs/results/demo.md).
"""
_base_ = './resnet20_mnist5k.py'

# Half their size: 56 layers train in half a minute.
train_pipeline = [
    dict(type='RandomCrop', crop_size=28, padding=2),
    dict(type='Resize', scale=14),
    dict(type='PackInputs'),
]
test_pipeline = [
    dict(type='Resize', scale=14),
    dict(type='PackInputs'),
]

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader

model = dict(backbone=dict(depth=56))
