"""Backbones with and without shortcuts."""
from .cifar_resnet import CifarResNet
from .epsilon_resnet import EpsilonResNet, EpsilonResNet_CIFAR
from .folded import Folded
from .plain_resnet import PlainResNet, PlainResNet_CIFAR

__all__ = [
    'CifarResNet', 'EpsilonResNet', 'EpsilonResNet_CIFAR', 'Folded',
    'PlainResNet', 'PlainResNet_CIFAR'
]
