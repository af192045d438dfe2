"""The objective and the method of one's own in docs/distillation.md."""
import re

import pytest
import torch
import torch.nn.functional as F
from mmengine.config import Config
from mmengine.runner import load_checkpoint
from mmpretrain.registry import MODELS

from tests.helpers import ROOT
from tests.helpers.models import classifier_cfg

FILES = re.findall(r'```python\n# (my_\w+\.py)\n(.*?)```',
                   (ROOT / 'docs/distillation.md').read_text(), re.DOTALL)


@pytest.fixture
def cfg(tmp_path, monkeypatch):
    """The config, beside what it imports."""
    for name, text in FILES:
        (tmp_path / name).write_text(
            text.replace('rd_plugins::', f'{ROOT}/configs/'))
    monkeypatch.syspath_prepend(tmp_path)
    yield Config.fromfile(tmp_path / 'my_config.py')
    for name in ('CosineLoss', 'CosineDistiller'):
        MODELS.module_dict.pop(name)


def test_an_objective_and_a_method(cfg, teacher_cfg, batch):
    inputs, samples = batch
    teacher = MODELS.build(classifier_cfg()).eval()
    load_checkpoint(teacher, teacher_cfg['init_cfg']['checkpoint'])
    theirs = teacher.backbone(inputs)[-1].flatten(1)
    for kind, options, others in (
            (cfg.model.type, dict(objectives=cfg.model.objectives),
             {'loss_cls', 'loss_logit'}),
            ('CosineDistiller', dict(cosine_weight=0.1),
             {'loss_cls', 'loss_cosine1', 'loss_cosine2'})):
        model = MODELS.build(dict(
            classifier_cfg('none'), type=kind, teacher=teacher_cfg,
            **options))
        model.init_weights()
        losses = model.loss(inputs, samples)
        ours = model.backbone(inputs)[-1].flatten(1)
        expected = 0.1 * (1 - F.cosine_similarity(ours, theirs).mean())
        torch.testing.assert_close(losses.pop('loss_cosine3'), expected)
        assert losses.keys() == others
