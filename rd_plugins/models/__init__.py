"""Backbones, distillers and their losses."""
from .backbones import CifarResNet, PlainResNet, PlainResNet_CIFAR
from .classifiers import Distiller, FrozenTeacher, JointRD
from .losses import MarginLoss

__all__ = [
    'CifarResNet', 'Distiller', 'FrozenTeacher', 'JointRD', 'MarginLoss',
    'PlainResNet', 'PlainResNet_CIFAR'
]
