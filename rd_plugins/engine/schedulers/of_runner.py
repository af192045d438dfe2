"""The schedulers of a Runner."""
from typing import List

from mmengine.optim.scheduler.param_scheduler import _ParamScheduler
from mmengine.runner import Runner


def schedulers_of(runner: Runner) -> List[_ParamScheduler]:
    """All of them; MMEngine has None, a list or a dict of lists."""
    schedulers = runner.param_schedulers or []
    if isinstance(schedulers, dict):
        return [each for some in schedulers.values() for each in some]
    return list(schedulers)
