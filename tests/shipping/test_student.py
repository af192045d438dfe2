"""What predicts in a config, without what trains it."""
import pytest
from mmengine.config import Config
from mmpretrain.registry import MODELS

from rd_plugins.shipping.student import read_student_config, student_cfg
from tests.conftest import ROOT

DEMO = ROOT / 'configs/demo'


@pytest.mark.parametrize('name', [
    'plain20_mnist5k', 'plain20_no_res_mnist5k', 'plain20_no_res_joint_mnist5k'
])
def test_a_distiller_is_its_student(name):
    """What is left is the config of the same network without a teacher."""
    alone = Config.fromfile(DEMO / 'plain20_ce_mnist5k.py')
    cfg = read_student_config(str(DEMO / f'{name}.py'))
    assert cfg.model == alone.model
    assert cfg.custom_hooks == (alone.get('custom_hooks') or [])


def test_only_what_an_image_classifier_knows_is_left():
    alone = Config.fromfile(DEMO / 'plain20_ce_mnist5k.py').model
    kept = dict(train_cfg=dict(augments=dict(type='Mixup', alpha=0.8)),
                init_cfg=dict(type='Kaiming', layer='Conv2d'))
    cfg = Config.fromfile(DEMO / 'plain20_mnist5k.py').model
    found = student_cfg(dict(cfg, copy_teacher=True, **kept))
    assert found == dict(alone, **kept)
    MODELS.build(found)


def test_a_student_alone_is_left_alone():
    for cfg in (dict(type='ImageClassifier', backbone=dict(), other=1),
                dict(type='rd_plugins.PlainResNet', depth=18)):
        assert student_cfg(cfg) == cfg


def test_options_come_first():
    cfg = read_student_config(
        str(DEMO / 'plain20_mnist5k.py'),
        {'model.backbone.depth': 32, 'model.teacher.backbone.depth': 32})
    assert cfg.model.backbone.depth == 32 and 'teacher' not in cfg.model
