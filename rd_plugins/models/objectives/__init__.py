"""Objectives of a student; a distillation method is a list of them."""
from .build import build_objectives
from .classification_loss import ClassificationLoss
from .feature_loss import FeatureLoss
from .hybrid_loss import HybridLoss
from .logit_loss import LogitLoss
from .margin_loss import MarginLoss, negative_margin
from .objective import Objective
from .side_loss import SideLoss
from .stage_loss import StageLoss
from .step import NetworkPass, Step
from .teacher_loss import TeacherLoss

__all__ = [
    'ClassificationLoss', 'FeatureLoss', 'HybridLoss', 'LogitLoss',
    'MarginLoss', 'NetworkPass', 'Objective', 'SideLoss', 'StageLoss', 'Step',
    'TeacherLoss', 'build_objectives', 'negative_margin'
]
