"""The parts of a Runner."""
from typing import List, Optional, Tuple, Type, TypeVar, Union

from mmengine.hooks import Hook
from mmengine.optim.scheduler.param_scheduler import _ParamScheduler
from mmengine.runner import Runner
from torch import nn

from .wrapping import unwrap_model

Scheduler = TypeVar('Scheduler', bound=_ParamScheduler)


def backbone_of(runner: Runner) -> Optional[nn.Module]:
    """The backbone of the model, if it has one."""
    return getattr(unwrap_model(runner), 'backbone', None)


def hooks_of(runner: Runner, kind: Union[type, Tuple[type, ...]]
             ) -> List[Hook]:
    """The hooks of a kind, or of several."""
    return [hook for hook in runner.hooks if isinstance(hook, kind)]


def schedulers_of(runner: Runner, kind: Type[Scheduler] = _ParamScheduler
                  ) -> List[Scheduler]:
    """The schedulers of a kind; MMEngine has None, a list or a dict of lists.
    """
    schedulers = runner.param_schedulers or []
    if isinstance(schedulers, dict):
        schedulers = [each for some in schedulers.values() for each in some]
    return [each for each in schedulers if isinstance(each, kind)]
