"""Datasets that MMPretrain does not have, and input on the device."""
from .batch_transforms import BatchPipeline
from .device_loader import DeviceLoader
from .mnist_5k import MNIST5k
from .random_images import RandomImages

__all__ = ['BatchPipeline', 'DeviceLoader', 'MNIST5k', 'RandomImages']
