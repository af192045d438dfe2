"""The model inside a Runner, with or without DistributedDataParallel."""
import torch
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from rd_plugins.utils.errors import UsageError

# How many versions of a function torch.compile keeps: those of eleven stages
VERSIONS = 32


def unwrap_model(runner: Runner) -> nn.Module:
    """The model without its DistributedDataParallel wrapper, if any."""
    model = runner.model
    return model.module if is_model_wrapper(model) else model


def can_wrap_again(runner: Runner) -> bool:
    """Whether the model is in a DistributedDataParallel of MMEngine's Runner.

    What FullyShardedDataParallel or a strategy of the FlexibleRunner has
    wrapped belongs to an optimizer that knows no other.
    """
    return isinstance(runner.model, DistributedDataParallel) and hasattr(
        runner, 'wrap_model')


def wrap_again(runner: Runner) -> None:
    """Wrap the model again if DistributedDataParallel is in use.

    DistributedDataParallel registers which parameters have gradients, and
    their memory formats, only when it wraps a model.

    Raises:
        UsageError: If another wrapper is in use.
    """
    if not is_model_wrapper(runner.model):
        return
    if not can_wrap_again(runner):
        raise UsageError(
            f'What is trained changes during this run, and '
            f'{type(runner.model).__name__} of {type(runner).__name__} cannot '
            'follow; train with DistributedDataParallel and the Runner, which '
            'are the defaults.')
    model = unwrap_model(runner)
    modes = {name: each.training for name, each in model.named_modules()}
    runner.model = runner.wrap_model(runner.cfg.get('model_wrapper_cfg'),
                                     model)
    # sync_bn makes new norms each time, in training mode.
    for name, module in unwrap_model(runner).named_modules():
        module.training = modes[name]


def keep_versions() -> None:
    """Let ``torch.compile`` keep enough versions of a function.

    Student, teacher and hybrids run each of their stages by one function, with
    gradients or without: of S stages that makes 3 S - 1 versions, and beyond
    its own limit of eight ``torch.compile`` would give up.
    """
    config = torch._dynamo.config
    config.recompile_limit = max(config.recompile_limit, VERSIONS)


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
