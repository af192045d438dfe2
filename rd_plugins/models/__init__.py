"""Backbones, distillers, and what they are made of."""
from .backbones import (CifarResNet, EpsilonResNet, EpsilonResNet_CIFAR,
                        PlainResNet, PlainResNet_CIFAR)
from .classifiers import (Distiller, FrozenTeacher, JointRD, LogitDistiller,
                          SideSupervised, StagewiseDistiller)
from .layers import DiracConv2d, fold_dirac
from .losses import LogitLoss, MarginLoss

__all__ = [
    'CifarResNet', 'DiracConv2d', 'Distiller', 'EpsilonResNet',
    'EpsilonResNet_CIFAR', 'FrozenTeacher', 'JointRD', 'LogitDistiller',
    'LogitLoss', 'MarginLoss', 'PlainResNet', 'PlainResNet_CIFAR',
    'SideSupervised', 'StagewiseDistiller', 'fold_dirac'
]
