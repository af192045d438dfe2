"""The connectors of JointRD's feature distance."""
import pytest
from mmpretrain.registry import MODELS

from rd_plugins.models.objectives.feature_loss import build_connector
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
