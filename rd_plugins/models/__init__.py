"""Backbones, distillers, objectives and layers."""
from .backbones import (CifarResNet, EpsilonResNet, EpsilonResNet_CIFAR,
                        GatedBackbone, PlainResNet, PlainResNet_CIFAR)
from .distillers import (Distiller, FrozenTeacher, JointRD, LogitDistiller,
                         Preset, SideSupervised, StagewiseDistiller)
from .layers import DiracConv2d, fold_dirac
from .objectives import (ClassificationLoss, FeatureLoss, HybridLoss,
                         LogitLoss, MarginLoss, Objective, SideLoss, StageLoss)

__all__ = [
    'CifarResNet', 'ClassificationLoss', 'DiracConv2d', 'Distiller',
    'EpsilonResNet', 'EpsilonResNet_CIFAR', 'FeatureLoss', 'FrozenTeacher',
    'GatedBackbone', 'HybridLoss', 'JointRD', 'LogitDistiller', 'LogitLoss',
    'MarginLoss', 'Objective', 'PlainResNet', 'PlainResNet_CIFAR', 'Preset',
    'SideLoss', 'SideSupervised', 'StageLoss', 'StagewiseDistiller',
    'fold_dirac'
]
