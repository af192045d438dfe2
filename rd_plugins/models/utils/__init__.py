"""Helpers of the models: schedules, folding, modes, differences."""
from .calibrate import calibrate
from .difference import relative_difference
from .fold import (Deployable, fold_conv_norm, fold_in_place, fold_norms,
                   folded_copy)
from .modes import evaluating
from .schedules import CosineDecay, training_progress

__all__ = [
    'CosineDecay', 'Deployable', 'calibrate', 'evaluating', 'fold_conv_norm',
    'fold_in_place', 'fold_norms', 'folded_copy', 'relative_difference',
    'training_progress'
]
