"""Distances between the features of a student and its teacher."""
from .margin_loss import MarginLoss, negative_margin

__all__ = ['MarginLoss', 'negative_margin']
