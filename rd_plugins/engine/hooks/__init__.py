"""Hooks on the training loop."""
from .epoch_seed_hook import EpochSeedHook

__all__ = ['EpochSeedHook']
