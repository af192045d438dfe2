"""ResNet-20 on 4,000 digits, four epochs: a teacher to try things with.

    python tools/train.py configs/demo/resnet20_mnist5k.py

Expected: not known. Measured: 97.60 % (docs/results/digits_20_layers.md).
"""
_base_ = [
    '../_base_/models/resnet20_cifar.py',
    '../_base_/datasets/mnist_5k_bs50.py',
    '../_base_/default_runtime.py',
]

model = dict(backbone=dict(in_channels=1))

optim_wrapper = dict(
    optimizer=dict(
        type='SGD', lr=0.05, momentum=0.9, nesterov=True, weight_decay=5e-4))
param_scheduler = dict(
    type='OneCycleLR', eta_max=0.05, total_steps=4, by_epoch=True,
    convert_to_iter_based=True)
train_cfg = dict(by_epoch=True, max_epochs=4, val_interval=1)
val_cfg = dict()
test_cfg = dict()

randomness = dict(seed=0)
default_hooks = dict(logger=dict(interval=20))
