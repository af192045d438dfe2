"""Tiny students and teachers that the tests share."""
import os
import tempfile
from pathlib import Path
from uuid import uuid4

import pytest
import torch
from mmengine.logging import MessageHub
from mmengine.registry import init_default_scope
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample

import rd_plugins  # noqa: F401
from tests.helpers import warm  # noqa: F401
from tests.helpers.models import classifier_cfg
from tests.helpers.runs import save_teacher


@pytest.fixture(autouse=True)
def scope():
    """Unscoped types are MMPretrain's; no run has left its progress."""
    init_default_scope('mmpretrain')
    MessageHub.get_instance(uuid4().hex)
    torch.manual_seed(0)


@pytest.fixture
def progress():
    """Sets how far the current run is: ``progress(0.5)``."""
    hub = MessageHub.get_current_instance()

    def set_progress(part: float) -> None:
        hub.update_info('iter', round(part * 1000))
        hub.update_info('max_iters', 1000)

    set_progress(0)
    yield set_progress
    hub.update_info('iter', 0)


@pytest.fixture
def teacher_cfg(tmp_path):
    """A tiny residual teacher with weights of its own in a file."""
    teacher = MODELS.build(classifier_cfg())
    teacher.init_weights()
    with torch.no_grad():
        for name, buffer in teacher.backbone.named_buffers():
            if name.endswith('running_mean'):
                buffer.normal_(std=0.1)
            elif name.endswith('running_var'):
                buffer.uniform_(0.5, 2)
        for name, parameter in teacher.backbone.named_parameters():
            if '.bn' in name:
                parameter.add_(torch.randn_like(parameter) * 0.2)
    path = tmp_path / 'teacher.pth'
    torch.save(dict(state_dict=teacher.state_dict()), path)
    return dict(
        classifier_cfg(),
        init_cfg=dict(type='Pretrained', checkpoint=str(path)))


@pytest.fixture(params=[('PlainResNet_CIFAR', 'ResNet_CIFAR', 18),
                        ('PlainResNet', 'ResNet', 50)],
                ids=['basic blocks', 'bottlenecks'])
def four_stages(request, tmp_path):
    """Configs of a plain student and a saved teacher, both narrow."""
    plain, residual, depth = request.param
    backbone = dict(depth=depth, base_channels=4, stem_channels=4)
    teacher = dict(
        type='ImageClassifier',
        backbone=dict(type=residual, **backbone),
        neck=dict(type='GlobalAveragePooling'),
        head=dict(
            type='LinearClsHead',
            num_classes=5,
            in_channels=32 if depth == 18 else 128))
    student = dict(
        teacher, backbone=dict(type=f'rd_plugins.{plain}', **backbone))
    path = str(tmp_path / 'four_stages.pth')
    torch.save(MODELS.build(teacher).state_dict(), path)
    return student, dict(
        teacher, init_cfg=dict(type='Pretrained', checkpoint=path))


@pytest.fixture
def batch():
    """Six images with labels."""
    inputs = torch.randn(6, 3, 16, 16)
    samples = [DataSample().set_gt_label(i % 5) for i in range(6)]
    return inputs, samples


@pytest.fixture(scope='module')
def teacher(tmp_path_factory):
    """A file with random weights for the demo's teacher."""
    init_default_scope('mmpretrain')
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp('teacher') / 'teacher.pth'
    save_teacher(path)
    return path


@pytest.fixture
def run_dir():
    """A folder with a short path.

    MMEngine formats the config with every checkpoint; long paths in it can
    keep the formatter busy for half a minute.
    """
    with tempfile.TemporaryDirectory(prefix='rd') as folder:
        yield Path(folder)


@pytest.fixture(scope='session')
def data_root():
    """The folder of large files that RD_DATA names."""
    if 'RD_DATA' not in os.environ:
        pytest.skip('RD_DATA does not name a folder; see docs/testing.md')
    return Path(os.environ['RD_DATA'])
