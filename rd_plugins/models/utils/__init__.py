"""What the models share: schedules of weights, folding, modes."""
from .compare import check_same_outputs, outputs_differ_by, relative_difference
from .fold import Deployable, fold_conv_norm, fold_norms, folded_copy
from .modes import evaluating
from .schedules import CosineDecay, training_progress

__all__ = [
    'CosineDecay', 'Deployable', 'check_same_outputs', 'evaluating',
    'fold_conv_norm', 'fold_norms', 'folded_copy', 'outputs_differ_by',
    'relative_difference', 'training_progress'
]
