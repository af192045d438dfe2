"""Every config builds, and says how to run it."""
import ast
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from mmpretrain.registry import (DATASETS, HOOKS, METRICS, MODELS,
                                 PARAM_SCHEDULERS, TRANSFORMS)

from tests.conftest import ROOT

ALL = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / 'configs').rglob('*.py') if '_base_' not in path.parts)
# Those of configs/deploy say how to export a model, and those of
# configs/downstream need other libraries (tests/downstream).
CONFIGS = [
    path for path in ALL
    if path.split('/')[1] not in ('deploy', 'downstream')
]


def read(path):
    return Config.fromfile(ROOT / path)


STUDENTS = [path for path in CONFIGS if 'teacher' in read(path).model]


@pytest.mark.parametrize('path', CONFIGS)
def test_it_builds(path):
    cfg = read(path)
    model = MODELS.build(cfg.model)
    assert any(p.requires_grad for p in model.parameters())
    for name, hook in cfg.default_hooks.items():
        if name != 'visualization':  # needs a run's visualizer
            HOOKS.build(dict(hook))
    for hook in cfg.get('custom_hooks', []):
        HOOKS.build(dict(hook))
    for loader in (cfg.train_dataloader, cfg.val_dataloader,
                   cfg.test_dataloader):
        assert DATASETS.get(loader.dataset.type)
        for transform in loader.dataset.pipeline:
            TRANSFORMS.build(dict(transform))
    wrapper = dict(cfg.optim_wrapper)
    if not torch.cuda.is_available():  # where MMEngine has no AMP
        wrapper.pop('type', None)
        wrapper.pop('dtype', None)
    optimizer = build_optim_wrapper(model, wrapper).optimizer
    schedules = cfg.param_scheduler
    for schedule in (schedules if isinstance(schedules, list) else
                     [schedules]):
        schedule = dict(schedule, optimizer=optimizer)
        if schedule.pop('convert_to_iter_based', False):
            build = PARAM_SCHEDULERS.get(schedule.pop('type'))
            build.build_iter_from_epoch(epoch_length=2, **schedule)
        else:
            PARAM_SCHEDULERS.build(schedule)
    assert cfg.train_cfg.max_epochs and METRICS.build(cfg.val_evaluator)


@pytest.mark.parametrize('path', ALL)
def test_it_opens_with_its_command_and_result(path):
    docstring = ast.get_docstring(ast.parse((ROOT / path).read_text()))
    assert f'{path}' in docstring
    assert 'xpected' in docstring and 'easured' in docstring


def test_every_base_says_what_it_is():
    for path in (ROOT / 'configs').rglob('_base_/**/*.py'):
        assert ast.get_docstring(ast.parse(path.read_text())), path


@pytest.mark.parametrize('path', STUDENTS)
def test_student_and_plain_config_share_a_checkpoint(path):
    """The plain config is plainD_ce_DATA.py, whatever the method."""
    network, *words, data = Path(path).stem.split('_')
    structure = [word for word in words if word in ('dirac', 'downsample')]
    method = ['ce'] if network.startswith('plain') else []
    name = '_'.join([network, *structure, *method, data])
    folder = 'demo' if data == 'mnist5k' else 'rd'
    plain = read(f'configs/{folder}/{name}.py')
    assert plain.model.type == 'ImageClassifier'
    student = MODELS.build(read(path).model).state_dict()
    student = {k: v for k, v in student.items() if 'auxiliary.' not in k}
    MODELS.build(plain.model).load_state_dict(student, strict=True)


@pytest.mark.parametrize('path', STUDENTS)
def test_student_and_teacher_go_together(path):
    """Same shapes stage by stage, and no shortcut left in the student."""
    cfg = read(path).model
    if 'downsample' not in path:
        assert not any(
            'downsample' in key for key in MODELS.build(cfg).state_dict()
            if key.startswith('backbone.'))
    size = 64 if 'imagenet' in path else 16
    images = torch.rand(1, cfg.backbone.get('in_channels', 3), size, size)
    shapes = []
    for backbone in (cfg.backbone, cfg.teacher.backbone):
        stages = tuple(range(3 if 'CifarResNet' in backbone.type else 4))
        network = MODELS.build(dict(backbone, out_indices=stages))
        network.eval()
        with torch.no_grad():
            shapes.append([x.shape for x in network(images)])
    assert shapes[0] == shapes[1]
