"""120 epochs on ImageNet on a cosine, with averaged weights.

Batch 512 (8 x 64), SGD with Nesterov momentum, learning rate 0.2, five epochs
of warm-up, weight decay 1e-4. What is tested and shipped is a moving average
of the weights over about 10,000 steps, four epochs; in the first 90 epochs the
newest ones are tested.
"""
_base_ = './imagenet_120e.py'

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
        end=120,
        T_max=115,
        by_epoch=True,
        convert_to_iter_based=True),
]

# Norms get the statistics of the newest weights. While those move fast, they
# do not fit their averages: a plain network predicts at random with them.
custom_hooks = [dict(type='EMAHook', momentum=0.0001, begin_epoch=91)]
