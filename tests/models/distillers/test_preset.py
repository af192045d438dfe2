"""Presets with further objectives."""
import pytest

from rd_plugins.models.objectives import StageLoss
from rd_plugins.utils.errors import UsageError
from .test_logit_distiller import build

STAGE = dict(type='rd_plugins.StageLoss', stage=2, loss_weight=3.0)


def test_further_objectives_follow_the_methods_own(teacher_cfg, batch):
    model = build(teacher_cfg, alpha=0.3, objectives=[STAGE])
    assert list(model.auxiliary) == ['cls', 'logit', 'stage2']
    losses = model.loss(*batch)
    alone = build(teacher_cfg, alpha=0.3)
    alone.load_state_dict(model.state_dict())
    expected = alone.loss(*batch)
    for name, value in expected.items():
        assert losses[name].item() == value.item()
    stage, = model.objectives_of_type(StageLoss)
    assert stage.loss_weight == 3 and losses['loss_stage2'] > 0


def test_a_second_objective_of_a_name_is_refused(teacher_cfg):
    with pytest.raises(UsageError, match="called 'logit'"):
        build(teacher_cfg, objectives=[dict(type='rd_plugins.LogitLoss')])
