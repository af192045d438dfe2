"""The boundary at which exceptions of everyday mistakes become a sentence."""
from .boundary import exit_on_usage_error, reason_in, sentence_of
from .leftovers import nothing_left_if_refused

__all__ = [
    'exit_on_usage_error', 'nothing_left_if_refused', 'reason_in',
    'sentence_of'
]
