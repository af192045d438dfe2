"""The distiller, its teachers, and presets for published methods."""
from .co_trained_teacher import CoTrainedTeacher
from .distiller import Distiller
from .frozen_teacher import FrozenTeacher
from .joint_rd import JointRD
from .logit_distiller import LogitDistiller
from .preset import Preset
from .side_supervised import SideSupervised
from .stagewise_distiller import StagewiseDistiller
from .teacher import Teacher

__all__ = [
    'CoTrainedTeacher', 'Distiller', 'FrozenTeacher', 'JointRD',
    'LogitDistiller', 'Preset', 'SideSupervised', 'StagewiseDistiller',
    'Teacher'
]
