"""The distance of a stage's output from the teacher's."""
import pytest

from tests.helpers.models import classifier_cfg
from tests.models.objectives.test_objectives import build


@pytest.mark.parametrize('inputs', ['student', 'teacher'])
def test_a_teacher_that_trains_does_not_learn_from_it(batch, inputs):
    model = build([dict(type='rd_plugins.StageLoss', stage=2,
                        stage_inputs=inputs)], classifier_cfg('pad'),
                  co_train_teacher=True)
    model.loss(*batch)['loss_stage2'].backward()
    assert all(each.grad is None for each in model.teacher.parameters())
