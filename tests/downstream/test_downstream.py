"""Plain backbones in MMDetection and MMSegmentation: make test-downstream."""
import sys
from pathlib import Path

import pytest

from tests.helpers.tools import run

pytestmark = pytest.mark.downstream


@pytest.mark.parametrize('library, config', [
    ('mmseg', 'fpn_plain50_4xb4-160k_ade20k-512x512'),
    ('mmdet', 'retinanet_plain50_fpn_1x_coco'),
])
def test_forward_and_backward(library, config):
    done = run(sys.executable, Path(__file__).with_name('train_step.py'),
               library, f'configs/downstream/{config}.py')
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith('PlainResNet {')
