"""What the models share: running stages, schedules of weights, folding."""
from .calibrate import calibrate
from .fold import Deployable, fold_conv_norm, fold_norms, folded_copy
from .schedules import CosineDecay, training_progress
from .stages import (get_stage, last_norm, last_pre_activation, num_stages,
                     output_all_stages, run_first_stages, run_stage, run_tails)

__all__ = [
    'CosineDecay', 'Deployable', 'calibrate', 'fold_conv_norm', 'fold_norms',
    'folded_copy', 'get_stage', 'last_norm', 'last_pre_activation',
    'num_stages', 'output_all_stages', 'run_first_stages', 'run_stage',
    'run_tails', 'training_progress'
]
