"""Datasets and augmentations that MMPretrain does not have."""
from .batch_pipeline import BatchPipeline
from .device_loader import DeviceLoader
from .mnist_5k import MNIST5k
from .random_images import RandomImages
from .svhn import SVHN
from .transforms import BrightnessContrast, GaussianDeform

__all__ = [
    'SVHN', 'BatchPipeline', 'BrightnessContrast', 'DeviceLoader',
    'GaussianDeform', 'MNIST5k', 'RandomImages'
]
