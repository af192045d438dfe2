"""Backbones with and without shortcuts."""
from .cifar_resnet import CifarResNet
from .plain_resnet import PlainResNet, PlainResNet_CIFAR

__all__ = ['CifarResNet', 'PlainResNet', 'PlainResNet_CIFAR']
