"""Checks of numbers that other packages take without a word.

A check is a function of the built Runner that raises a UsageError; add it to
CHECKS.
"""
from mmengine.runner import Runner

from rd_plugins.engine.wrapping import unwrap_model
from rd_plugins.utils.errors import UsageError, check_number

# Options of optimizers that are rates, all of them 0 or more
RATES = ('lr', 'weight_decay', 'momentum', 'dampening', 'eps', 'alpha')


def _optimizer(runner: Runner) -> None:
    wrapper = runner.optim_wrapper
    wrappers = wrapper.values() if hasattr(wrapper, 'optim_wrappers') else \
        [wrapper]
    for each in wrappers:
        owner = type(each.optimizer).__name__
        for group in (each.optimizer.defaults, *each.param_groups):
            for name in RATES:
                if isinstance(group.get(name), (int, float)):
                    check_number(owner, name, group[name], at_least=0)
            for value in group.get('betas', ()):
                check_number(owner, 'betas', value, at_least=0, below=1)


def _normalisation(runner: Runner) -> None:
    preprocessor = getattr(unwrap_model(runner), 'data_preprocessor', None)
    owner = type(preprocessor).__name__
    if getattr(preprocessor, '_enable_normalize', False):
        for name in ('mean', 'std'):
            for value in getattr(preprocessor, name).flatten().tolist():
                check_number(owner, name, value,
                             above=0 if name == 'std' else None)


def _modules(runner: Runner) -> None:
    """Weights of losses, and probabilities of stochastic depth."""
    for module in unwrap_model(runner).modules():
        for name, bounds in (('loss_weight', dict(at_least=0)),
                             ('drop_prob', dict(at_least=0, below=1))):
            value = getattr(module, name, None)
            if isinstance(value, (int, float)):
                check_number(type(module).__name__, name, value, **bounds)


def _length(runner: Runner) -> None:
    check_number('train_cfg', 'val_interval', runner.train_loop.val_interval,
                 at_least=1, whole=True)
    if not len(runner.train_dataloader):
        raise UsageError(
            'An epoch has no batch: the data set has fewer images than '
            'train_dataloader.batch_size, and drop_last leaves the rest out; '
            'choose a smaller batch_size or drop_last=False.')


CHECKS = (_optimizer, _normalisation, _modules, _length)
