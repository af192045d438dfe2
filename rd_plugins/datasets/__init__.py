"""Datasets and augmentations that MMPretrain does not have."""
from .mnist_5k import MNIST5k
from .svhn import SVHN
from .transforms import BrightnessContrast, GaussianDeform

__all__ = ['BrightnessContrast', 'GaussianDeform', 'MNIST5k', 'SVHN']
