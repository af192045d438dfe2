"""Schedules of the learning rate."""
from .of_runner import schedulers_of
from .restart_multi_step_lr import RestartMultiStepLR

__all__ = ['RestartMultiStepLR', 'schedulers_of']
