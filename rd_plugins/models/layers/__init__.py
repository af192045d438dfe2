"""Layers that MMCV does not have."""
from .dirac_conv import DiracConv2d, fold_dirac
from .fading_shortcut import FadingShortcut
from .shortcuts import PadShortcut, PoolPadShortcut
from .strict_identity import (EndOfStep, GateStates, StrictIdentity, is_open,
                              peak_response)

__all__ = [
    'DiracConv2d', 'EndOfStep', 'FadingShortcut', 'GateStates', 'PadShortcut',
    'PoolPadShortcut', 'StrictIdentity', 'fold_dirac', 'is_open',
    'peak_response'
]
