"""Schedules of the learning rate."""
from .restart_multi_step_lr import RestartMultiStepLR

__all__ = ['RestartMultiStepLR']
