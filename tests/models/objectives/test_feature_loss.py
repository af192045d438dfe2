"""The connectors of JointRD's feature distance."""
import pytest
from mmpretrain.registry import MODELS

from rd_plugins.models.objectives.feature_loss import build_connector
from rd_plugins.utils.errors import UsageError
from tests.helpers.models import classifier_cfg


def test_connectors_begin_as_released():
    """A normal distribution of variance 2 / C."""
    weight = build_connector(256)[0].weight
    assert weight.std().item() == pytest.approx((2 / 256)**0.5, rel=0.02)


def test_norms_of_groups_have_channels_too(teacher_cfg):
    norm = dict(norm_cfg=dict(type='GN', num_groups=2))
    model = MODELS.build(
        dict(classifier_cfg('none', **norm), type='rd_plugins.Distiller',
             teacher=dict(teacher_cfg, **classifier_cfg(**norm)),
             objectives=[dict(type='rd_plugins.FeatureLoss', paths='plain')]))
    connector, = model.auxiliary.feature.connectors
    assert connector[0].weight.shape == (16, 16, 1, 1)


def test_maps_of_another_size_are_refused(teacher_cfg, batch):
    """1 x 1 would be broadcast to 4 x 4."""
    student = classifier_cfg('none')
    student['backbone'] = dict(
        type='rd_plugins.PlainResNet', depth=18, stem_channels=4,
        base_channels=2)
    model = MODELS.build(dict(
        student, type='rd_plugins.Distiller', teacher=teacher_cfg,
        check_teacher=False,
        objectives=[dict(type='rd_plugins.FeatureLoss', paths='plain')]))
    model.init_weights()
    with pytest.raises(UsageError, match=r'maps of \(1, 1\) .* and \(4, 4\)'):
        model.loss(*batch)
