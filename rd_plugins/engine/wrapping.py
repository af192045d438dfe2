"""The model inside a Runner, with or without DistributedDataParallel."""
import torch
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


def keep_versions(count: int = 32) -> None:
    """Let ``torch.compile`` keep that many versions of a function.

    Student, teacher and hybrids run each of their stages by one function, with
    gradients or without: of S stages that makes 3 S - 1 versions, and beyond
    its own limit of eight ``torch.compile`` would give up.
    """
    config = torch._dynamo.config
    config.recompile_limit = max(config.recompile_limit, count)


def rebuild(runner: Runner) -> None:
    """Build anew what depends on which parts of the model are trained.

    DistributedDataParallel wraps the model again, and with ``compile`` in the
    config the training step is compiled again, so that ``torch.compile`` need
    not keep a version of it for each set of parts.
    """
    wrap_again(runner)
    if runner.cfg.get('compile'):
        torch._dynamo.reset()
        vars(runner.model).pop('train_step', None)
        runner._maybe_compile('train_step')
