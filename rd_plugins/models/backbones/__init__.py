"""Backbones with and without shortcuts."""
from .cifar_resnet import CifarResNet
from .epsilon_resnet import EpsilonResNet, EpsilonResNet_CIFAR
from .folded import Folded
from .gated_backbones import (GatedBackbone, GatedConvNeXt, GatedMobileNetV2,
                              GatedRegNet, GatedResNet, GatedResNet_CIFAR,
                              GatedResNeXt, GatedSEResNet)
from .plain_resnet import PlainResNet, PlainResNet_CIFAR

__all__ = [
    'CifarResNet', 'EpsilonResNet', 'EpsilonResNet_CIFAR', 'Folded',
    'GatedBackbone', 'GatedConvNeXt', 'GatedMobileNetV2', 'GatedRegNet',
    'GatedResNeXt', 'GatedResNet', 'GatedResNet_CIFAR', 'GatedSEResNet',
    'PlainResNet', 'PlainResNet_CIFAR'
]
