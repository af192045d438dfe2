"""CIFAR-100 in batches of 128, divided by 128; see epsilon_cifar10.py."""
_base_ = './cifar100_bs128.py'

data_preprocessor = dict(
    mean=[129.304, 124.070, 112.434], std=[128.0, 128.0, 128.0])

# The last, smaller batch would close gates more easily.
train_dataloader = dict(drop_last=True)
