"""Classifiers that learn from a teacher."""
from .distiller import Distiller
from .frozen_teacher import FrozenTeacher
from .joint_rd import JointRD
from .logit_distiller import LogitDistiller
from .stagewise_distiller import StagewiseDistiller

__all__ = [
    'Distiller', 'FrozenTeacher', 'JointRD', 'LogitDistiller',
    'StagewiseDistiller'
]
