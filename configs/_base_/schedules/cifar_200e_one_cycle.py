"""200 epochs on CIFAR in one cycle of the learning rate, with a peak of 0.1.

For short runs: `epochs` of a table's row shortens it in proportion. Otherwise
as cifar_200e.py.
"""
_base_ = './cifar_200e.py'

param_scheduler = [
    dict(
        type='OneCycleLR',
        eta_max=0.1,
        total_steps=200,
        by_epoch=True,
        convert_to_iter_based=True)
]
