"""200 epochs on CIFAR on a cosine, with averaged weights.

Batch 128, SGD with Nesterov momentum, learning rate 0.1, five epochs of
warm-up, weight decay 5e-4. What is tested and shipped is a moving average of
the weights over about 2,000 steps, five epochs.
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

custom_hooks = [dict(type='EMAHook', momentum=0.0005)]
