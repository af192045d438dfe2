"""Temporary changes of the mode of modules."""
from contextlib import contextmanager
from typing import Iterator

from torch import nn


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put every module into eval mode; restore their modes afterwards."""
    modes = {module: module.training for module in model.modules()}
    # Past nn.Module's __setattr__, which looks for parameters: this is done
    # for every part of every hybrid.
    for module in modes:
        vars(module)['training'] = False
    try:
        yield
    finally:
        for module, training in modes.items():
            vars(module)['training'] = training
