"""Backbones, distillers, and what they are made of."""
from .backbones import CifarResNet, PlainResNet, PlainResNet_CIFAR
from .classifiers import (Distiller, FrozenTeacher, JointRD, LogitDistiller,
                          StagewiseDistiller)
from .layers import DiracConv2d, fold_dirac
from .losses import LogitLoss, MarginLoss

__all__ = [
    'CifarResNet', 'DiracConv2d', 'Distiller', 'FrozenTeacher', 'JointRD',
    'LogitDistiller', 'LogitLoss', 'MarginLoss', 'PlainResNet',
    'PlainResNet_CIFAR', 'StagewiseDistiller', 'fold_dirac'
]
