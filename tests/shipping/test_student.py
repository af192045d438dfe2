"""What predicts in a config, without what trains it."""
import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS

from rd_plugins.shipping.publish import choose_weights
from rd_plugins.shipping.read import read_trained_model
from rd_plugins.shipping.student import read_student_config, student_cfg
from rd_plugins.utils.checkpoint import check_checkpoint_fits
from rd_plugins.utils.errors import UsageError
from tests.helpers import ROOT

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


@pytest.mark.parametrize('kind', ['rd_plugins.LogitDistiller',
                                  'ImageClassifier'])
def test_a_student_whose_shortcuts_faded_is_plain(kind):
    alone = Config.fromfile(DEMO / 'plain20_ce_mnist5k.py').model
    fading = dict(alone.backbone, shortcut='fading_pad', fade=dict(horizon=.4))
    found = student_cfg(dict(alone, type=kind, backbone=fading))
    assert found == alone


def test_a_student_whose_shortcuts_have_not_faded_is_refused(run_dir):
    cfg = Config.fromfile(DEMO / 'plain20_ce_mnist5k.py')
    cfg.model.backbone.update(shortcut='fading_pad', fade=dict(horizon=0.5))
    cfg.dump(run_dir / 'fading.py')
    model = MODELS.build(cfg.model)
    path = str(run_dir / 'weights.pth')
    for progress in (0.5, 0.25):
        model.backbone.set_progress(progress)
        torch.save(dict(state_dict=model.state_dict()), path)
        if progress == 0.5:
            source = read_trained_model(str(run_dir / 'fading.py'), path)
            assert source.model.backbone.shortcut == 'none'
            assert not any('auxiliary' in key for key in choose_weights(
                dict(state_dict=model.state_dict()), path))
    message = 'weight of its shortcuts has faded to 0.5 only'
    with pytest.raises(UsageError, match=message):
        read_trained_model(str(run_dir / 'fading.py'), path)
    with pytest.raises(UsageError, match=message):
        choose_weights(dict(state_dict=model.state_dict()), path)
    check_checkpoint_fits(path, model)  # its own config tests it as it is
    cfg.model.backbone = dict(cfg.model.backbone, shortcut='none', fade=None)
    with pytest.raises(UsageError, match=message):
        check_checkpoint_fits(path, MODELS.build(cfg.model))
