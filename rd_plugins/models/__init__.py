"""Backbones, distillers and their losses."""
from .backbones import CifarResNet, PlainResNet, PlainResNet_CIFAR
from .classifiers import (Distiller, FrozenTeacher, JointRD, LogitDistiller,
                          StagewiseDistiller)
from .losses import LogitLoss, MarginLoss

__all__ = [
    'CifarResNet', 'Distiller', 'FrozenTeacher', 'JointRD', 'LogitDistiller',
    'LogitLoss', 'MarginLoss', 'PlainResNet', 'PlainResNet_CIFAR',
    'StagewiseDistiller'
]
