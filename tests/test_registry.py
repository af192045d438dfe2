"""Types of the scope are found from other libraries without an import."""
import subprocess
import sys

import pytest

PROGRAM = """
from mmengine.registry import {kind}
import mmpretrain.registry
print({registry}.get('rd_plugins.{name}').__name__)
"""


@pytest.mark.parametrize('registry, kind, name', [
    ('MODELS', 'MODELS', 'PlainResNet'),
    ('mmpretrain.registry.MODELS', 'MODELS', 'JointRD'),
    ('mmpretrain.registry.HOOKS', 'HOOKS', 'EpochSeedHook'),
    ('mmpretrain.registry.DATASETS', 'DATASETS', 'MNIST5k'),
    ('mmpretrain.registry.TRANSFORMS', 'TRANSFORMS', 'GaussianDeform'),
    ('mmpretrain.registry.PARAM_SCHEDULERS', 'PARAM_SCHEDULERS',
     'RestartMultiStepLR'),
])
def test_found_without_custom_imports(registry, kind, name):
    done = subprocess.run(
        [sys.executable, '-c',
         PROGRAM.format(registry=registry, kind=kind, name=name)],
        capture_output=True,
        text=True)
    # Forks of MMEngine print a line of their own first.
    assert done.stdout.split()[-1:] == [name], done.stderr


def test_found_from_another_librarys_scope():
    from mmengine.registry import MODELS, Registry
    detector = Registry('model', parent=MODELS, scope='detector')
    backbone = detector.build(
        dict(type='rd_plugins.PlainResNet', depth=18, out_indices=(0, 3)))
    assert backbone.out_indices == (0, 3)
