from types import SimpleNamespace

import pytest
import torch

from rd_plugins.engine import RestartMultiStepLR
from rd_plugins.engine.hooks.settling import settled_from
from rd_plugins.utils.errors import UsageError


@pytest.mark.parametrize('options, end', [
    (dict(restart_milestones=[1, 2]), 3), (dict(), None),
    (dict(restart_milestones=[1, 2], tail=0), None)])
def test_it_settles_where_the_tail_begins(options, end):
    optimizer = torch.optim.SGD([torch.zeros(1)], 0.1)
    schedulers = [
        RestartMultiStepLR(optimizer, [1, 2], [0.1, 0.01], **options)]
    runner = SimpleNamespace(max_epochs=5, param_schedulers=schedulers)
    assert settled_from(runner, None) == end
    assert settled_from(runner, 4) == 4


def test_a_tail_longer_than_the_run():
    optimizer = torch.optim.SGD([torch.zeros(1)], 0.1)
    runner = SimpleNamespace(max_epochs=5, param_schedulers=dict(a=[
        RestartMultiStepLR(optimizer, [1], [0.1], [1], tail=150)]))
    with pytest.raises(UsageError, match='from epoch -145 on, and the run has '
                       '5 epochs with a restart-free tail of 150; .*tail to'):
        settled_from(runner, None)
