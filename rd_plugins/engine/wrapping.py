"""The model inside a Runner, with or without DistributedDataParallel."""
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import nn


def unwrap_model(runner: Runner) -> nn.Module:
    """The model without its DistributedDataParallel wrapper, if any."""
    model = runner.model
    return model.module if is_model_wrapper(model) else model


def wrap_again(runner: Runner) -> None:
    """Wrap the model again if DistributedDataParallel is in use.

    DistributedDataParallel registers which parameters have gradients, and
    their memory formats, only when it wraps a model.
    """
    if is_model_wrapper(runner.model):
        runner.model = runner.wrap_model(
            runner.cfg.get('model_wrapper_cfg'), unwrap_model(runner))
