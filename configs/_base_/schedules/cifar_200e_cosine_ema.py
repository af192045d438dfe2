"""200 epochs on CIFAR on a cosine, with averaged weights.

As cifar_200e_cosine.py. What is tested and shipped is a moving average of the
weights over about 2,000 steps, five epochs; in the first 150 epochs the
newest ones are tested.
"""
_base_ = './cifar_200e_cosine.py'

# Norms get the statistics of the newest weights. While those move fast, they
# do not fit their averages: a plain network predicts at random with them.
custom_hooks = [dict(type='EMAHook', momentum=0.0005, begin_epoch=151)]
