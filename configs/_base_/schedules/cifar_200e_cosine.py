"""200 epochs on CIFAR on a cosine.

Batch 128, SGD with Nesterov momentum, learning rate 0.1, five epochs of
warm-up, weight decay 5e-4.
"""
_base_ = './cifar_200e.py'

param_scheduler = [
    dict(
        type='LinearLR',
        start_factor=0.1,
        end=5,
        by_epoch=True,
        convert_to_iter_based=True),
    dict(
        type='CosineAnnealingLR',
        begin=5,
        end=200,
        T_max=195,
        by_epoch=True,
        convert_to_iter_based=True),
]
