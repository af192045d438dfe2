"""The model inside its parallel wrapper."""
from mmengine.model import is_model_wrapper
from torch import nn


def unwrapped_model(runner) -> nn.Module:
    """The Runner's model without a parallel wrapper."""
    model = runner.model
    return model.module if is_model_wrapper(model) else model


def wrap_anew(runner) -> None:
    """Wrap a wrapped model again, after what trains has changed.

    DistributedDataParallel synchronises the parameters that had gradients
    when it was made, and waits for all of them.
    """
    if is_model_wrapper(runner.model):
        runner.model = runner.wrap_model(
            runner.cfg.get('model_wrapper_cfg'), runner.model.module)
