"""200 epochs on CIFAR on a cosine, with averaged weights.

As cifar_200e_cosine.py. What is tested and shipped is a moving average of the
weights over about 2,000 steps, five epochs.
"""
_base_ = './cifar_200e_cosine.py'

custom_hooks = [dict(type='EMAHook', momentum=0.0005)]
