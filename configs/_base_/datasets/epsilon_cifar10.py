"""CIFAR-10 in batches of 128, divided by 128 as in ε-ResNet's released code.

That subtracts the mean image; here it is the mean colour.
"""
_base_ = './cifar10_bs128.py'

data_preprocessor = dict(
    mean=[125.307, 122.961, 113.8575], std=[128.0, 128.0, 128.0])

# The last, smaller batch would close gates more easily.
train_dataloader = dict(drop_last=True)
