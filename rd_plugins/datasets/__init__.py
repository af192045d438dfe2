"""Datasets that MMPretrain does not have."""
from .mnist_5k import MNIST5k

__all__ = ['MNIST5k']
