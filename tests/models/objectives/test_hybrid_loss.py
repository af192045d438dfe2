import pytest
from mmpretrain.registry import MODELS

from rd_plugins.models.objectives import HybridLoss
from rd_plugins.utils.errors import UsageError
from tests.helpers.models import classifier_cfg


def test_which_weights_make_sense():
    """One that never exceeds the least does not, unless it is switched off."""
    HybridLoss(dict(start=0.5, end=0, horizon=1))
    HybridLoss(dict(start=0, end=0, horizon=1), min_weight=0.1)
    for least in (0.5, 0.6):
        with pytest.raises(UsageError, match='hybrids would never be'):
            HybridLoss(dict(start=0.5, end=0, horizon=1), min_weight=least)


def test_two_stages_have_one_place_to_cut_at(batch):
    assert list(HybridLoss().paired_stages(4)) == [1, 2, 3]
    two = dict(num_stages=2, strides=(1, 2), dilations=(1, 1),
               out_indices=(1, ))
    student, teacher = (classifier_cfg(kind, **two) for kind in
                        ('none', 'pad'))
    for cfg in (student, teacher):
        cfg['head']['in_channels'] = 8
    model = MODELS.build(
        dict(student, type='rd_plugins.JointRD', teacher=teacher,
             co_train_teacher=True))
    model.init_weights()
    assert len(model.stages) == 2
    assert [name for name in model.loss(*batch) if 'loss_hybrid' in name] == [
        'loss_hybrid1']
