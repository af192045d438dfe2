"""Classifiers that learn from more than the labels of their output."""
from .distiller import Distiller
from .frozen_teacher import FrozenTeacher
from .joint_rd import JointRD
from .logit_distiller import LogitDistiller
from .side_supervised import SideSupervised
from .stagewise_distiller import StagewiseDistiller

__all__ = [
    'Distiller', 'FrozenTeacher', 'JointRD', 'LogitDistiller',
    'SideSupervised', 'StagewiseDistiller'
]
