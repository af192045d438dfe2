"""Classifiers that learn from a teacher."""
from .distiller import Distiller
from .frozen_teacher import FrozenTeacher
from .joint_rd import JointRD

__all__ = ['Distiller', 'FrozenTeacher', 'JointRD']
