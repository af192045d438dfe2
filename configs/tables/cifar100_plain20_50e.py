"""cifar100_plain20.py at a quarter of its length, with three seeds.

    python tools/reproduce.py configs/tables/cifar100_plain20_50e.py --jobs 2

Expected: not known. Measured, as far as it was run:
docs/results/cifar100_plain20_50e.md.
"""
_base_ = './cifar100_plain20.py'

title = 'Plain-20 on CIFAR-100 in 50 epochs'
reduced = '50 epochs instead of 200, every schedule in proportion.'
epochs = 50
seeds = [0, 1, 2]
