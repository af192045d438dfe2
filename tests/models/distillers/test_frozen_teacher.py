from copy import deepcopy

import pytest
import torch
from mmpretrain.registry import MODELS

from rd_plugins.models import FrozenTeacher
from rd_plugins.models.distillers.frozen_teacher import exact_features
from rd_plugins.utils.errors import UsageError
from tests.helpers.models import classifier_cfg


@pytest.mark.parametrize('init_cfg', [
    None,
    dict(type='Kaiming', layer='Conv2d'),
    dict(type='Pretrained', checkpoint=''),
])
def test_a_teacher_without_weights_is_refused_at_build(init_cfg):
    cfg = dict(classifier_cfg(), init_cfg=init_cfg)
    with pytest.raises(UsageError, match='has no weights.*Pretrained'):
        FrozenTeacher(cfg)
    assert cfg['init_cfg'] == init_cfg


def test_weights_are_found_in_a_list_of_initialisations(teacher_cfg):
    teacher_cfg['init_cfg'] = [
        dict(type='Kaiming', layer='Conv2d'), teacher_cfg['init_cfg']
    ]
    FrozenTeacher(teacher_cfg).load()
    with pytest.raises(UsageError, match='has no weights'):
        FrozenTeacher(None)


@pytest.mark.parametrize('content', [b'<html>', None])
def test_a_damaged_download_is_named(teacher_cfg, tmp_path, monkeypatch,
                                     content):
    """What a proxy or a broken connection leaves in the cache."""
    whole = open(teacher_cfg['init_cfg']['checkpoint'], 'rb').read()
    cache = tmp_path / 'hub' / 'checkpoints'
    cache.mkdir(parents=True)
    (cache / 'teacher.pth').write_bytes(content or whole[:5000])
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))
    teacher_cfg['init_cfg']['checkpoint'] = 'https://localhost/teacher.pth'
    with pytest.raises(UsageError, match='localhost/teacher.pth cannot be re'):
        FrozenTeacher(teacher_cfg).load()


def test_a_missing_file_is_named_before_training():
    teacher = FrozenTeacher(
        dict(
            classifier_cfg(),
            init_cfg=dict(type='Pretrained', checkpoint='absent.pth')))
    with pytest.raises(UsageError, match='no teacher at absent.pth'):
        teacher.load()


def test_it_is_never_used_unloaded(teacher_cfg):
    teacher = FrozenTeacher(teacher_cfg)
    with pytest.raises(UsageError, match='not been loaded'):
        teacher.model
    teacher.load()
    assert teacher.model is teacher.architecture


def test_it_is_frozen_and_has_the_weights_of_the_file(teacher_cfg):
    teacher = FrozenTeacher(teacher_cfg)
    teacher.load()
    saved = torch.load(teacher_cfg['init_cfg']['checkpoint'])['state_dict']
    for key, value in teacher.model.state_dict().items():
        assert torch.equal(value, saved[key])
    assert not any(p.requires_grad for p in teacher.model.parameters())
    assert not any(m.training for m in teacher.model.modules())


def test_copies_share_it(teacher_cfg):
    teacher = FrozenTeacher(teacher_cfg)
    assert deepcopy(teacher).architecture is teacher.architecture


def test_a_plain_teacher_whose_shortcuts_have_not_faded_is_refused(tmp_path):
    path = tmp_path / 'half.pth'
    half = MODELS.build(
        classifier_cfg('fading_pad', fade=dict(horizon=0.5)))
    half.backbone.set_progress(0.25)
    torch.save(dict(state_dict=half.state_dict()), path)
    init_cfg = dict(type='Pretrained', checkpoint=str(path))
    with pytest.raises(UsageError, match='The teacher .*faded to 0.5 only'):
        FrozenTeacher(dict(classifier_cfg('none'), init_cfg=init_cfg)).load()


def test_another_architecture_is_refused(teacher_cfg, tmp_path):
    path = tmp_path / 'other.pth'
    other = MODELS.build(classifier_cfg('projection'))
    torch.save(dict(state_dict=other.state_dict()), path)
    teacher_cfg['init_cfg']['checkpoint'] = str(path)
    with pytest.raises(UsageError, match='The teacher .*other.pth does not'):
        FrozenTeacher(teacher_cfg).load()
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(UsageError, match='cannot be read'):
        FrozenTeacher(teacher_cfg).load()


def test_features_to_compare_are_exact(teacher_cfg, batch):
    """Whatever precision the step has; the teacher stays as it is."""
    backbone = MODELS.build(teacher_cfg).backbone.eval()
    twin, images = deepcopy(backbone).double(), batch[0]
    with torch.autocast('cpu', dtype=torch.bfloat16):
        found = exact_features(backbone, images)
    assert torch.equal(found, twin(images.double())[-1])
    assert backbone.conv1.weight.dtype == torch.float32
