"""Layers that MMCV does not have."""
from .dirac_conv import DiracConv2d, fold_dirac

__all__ = ['DiracConv2d', 'fold_dirac']
