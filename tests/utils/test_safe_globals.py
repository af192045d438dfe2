import pickle

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer, MessageHub
from mmengine.optim import OneCycleLR
from mmengine.optim.scheduler.param_scheduler import OneCycleParamScheduler

from rd_plugins.utils.errors import UsageError


class Reaches:
    """Pickles as a call of getattr."""

    def __init__(self, owner, name):
        self.arguments = owner, name

    def __reduce__(self):
        return getattr, self.arguments


def test_runner_state_loads_with_weights_only(tmp_path):
    hub = MessageHub('checkpoint')
    hub.update_scalar('train/loss', np.float32(1.5))
    hub.update_scalar('train/lr', 0.1)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = OneCycleLR(optimizer, eta_max=1, total_steps=9)
    path = tmp_path / 'checkpoint.pth'
    torch.save(
        dict(hub=hub.state_dict(), scheduler=scheduler.state_dict()), path)
    loaded = torch.load(path, weights_only=True)
    history = loaded['hub']['log_scalars']['train/loss']
    assert history.statistics('mean') == 1.5
    scheduler.load_state_dict(loaded['scheduler'])
    scheduler.step()


@pytest.mark.parametrize('owner, name', [(HistoryBuffer, '__init__'),
                                         (HistoryBuffer, '__globals__'),
                                         (OneCycleParamScheduler, 'step'),
                                         (dict, 'get')])
def test_getattr_stays_closed(tmp_path, owner, name):
    path = tmp_path / 'attack.pth'
    torch.save(dict(state_dict=Reaches(owner, name)), path)
    with pytest.raises((UsageError, pickle.UnpicklingError)):
        torch.load(path, weights_only=True)
