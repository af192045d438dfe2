"""Distances between the features of a student and its teacher."""
from .logit_loss import LogitLoss
from .margin_loss import MarginLoss, negative_margin

__all__ = ['LogitLoss', 'MarginLoss', 'negative_margin']
