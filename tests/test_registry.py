"""Types of the scope are found from other libraries without an import."""
from tests.helpers.fresh import run_fresh

CASES = (
    ('mmengine', 'MODELS', 'PlainResNet'),
    ('mmpretrain', 'MODELS', 'JointRD'),
    ('mmpretrain', 'HOOKS', 'EpochSeedHook'),
    ('mmpretrain', 'DATASETS', 'MNIST5k'),
    ('mmpretrain', 'TRANSFORMS', 'GaussianDeform'),
    ('mmpretrain', 'PARAM_SCHEDULERS', 'RestartMultiStepLR'),
)


def test_found_without_custom_imports(tmp_path):
    programs = []
    for library, registry, name in CASES:
        path = tmp_path / f'{name}.py'
        path.write_text(f'from {library}.registry import {registry}\n'
                        f'print({registry}.get("rd_plugins.{name}").__name__)')
        programs.append([str(path)])
    started = run_fresh(['mmengine.registry', 'mmpretrain.registry'], programs)
    for (*_, name), (status, output) in zip(CASES, started):
        assert not status and output.split()[-1] == name, output


def test_found_from_another_librarys_scope():
    from mmengine.registry import MODELS, Registry
    detector = Registry('model', parent=MODELS, scope='detector')
    backbone = detector.build(
        dict(type='rd_plugins.PlainResNet', depth=18, out_indices=(0, 3)))
    assert backbone.out_indices == (0, 3)
