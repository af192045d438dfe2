"""Helpers of the models: schedules, folding, modes, differences."""
from .block_costs import shares_of_macs, shares_of_time
from .calibrate import calibrate
from .difference import relative_difference
from .fold import (Deployable, fold_conv_norm, fold_in_place, fold_norms,
                   folded_copy, folded_if_possible)
from .modes import evaluating
from .schedules import CosineDecay, training_progress

__all__ = [
    'CosineDecay', 'Deployable', 'calibrate', 'evaluating', 'fold_conv_norm',
    'fold_in_place', 'fold_norms', 'folded_copy', 'folded_if_possible',
    'relative_difference', 'shares_of_macs', 'shares_of_time',
    'training_progress'
]
