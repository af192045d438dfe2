"""Layers that MMCV does not have."""
from .dirac_conv import DiracConv2d, fold_dirac
from .fading_shortcut import FadingShortcut
from .gate_states import GateStates, is_open, largest_closed
from .shortcuts import PadShortcut, PoolPadShortcut
from .strict_identity import (EndOfStep, StrictIdentity, largest_of_processes,
                              peak_response, sync_gates)

__all__ = [
    'DiracConv2d', 'EndOfStep', 'FadingShortcut', 'GateStates', 'PadShortcut',
    'PoolPadShortcut', 'StrictIdentity', 'fold_dirac', 'is_open',
    'largest_closed', 'largest_of_processes', 'peak_response',
    'sync_gates'
]
