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


def test_a_missing_dependency_is_said_where_a_type_is_not_found(tmp_path):
    """MMEngine passes over the error of the import."""
    program = tmp_path / 'old.py'
    program.write_text(
        'import torch\ntorch.__version__ = "2.9.1"\n'
        'from mmengine.registry import MODELS\n'
        'print(MODELS.get("rd_plugins.PlainResNet"))')
    (status, output), = run_fresh(['mmengine.registry'], [[str(program)]])
    assert not status and 'rd_plugins needs torch >= 2.10.0' in output
    assert output.split()[-1] == 'None'


def test_found_from_another_librarys_scope():
    from mmengine.registry import MODELS, Registry
    detector = Registry('model', parent=MODELS, scope='detector')
    backbone = detector.build(
        dict(type='rd_plugins.PlainResNet', depth=18, out_indices=(0, 3)))
    assert backbone.out_indices == (0, 3)


def test_names_without_a_scope_are_those_of_mmpretrain():
    """Also those that MMEngine has too; by both ways to inherit a config."""
    import mmpretrain.registry as theirs
    from mmengine.registry import Registry

    import rd_plugins.registry as ours
    from rd_plugins.utils import register_all_modules
    register_all_modules()
    pairs = [(getattr(ours, name), getattr(theirs, name)) for name in
             ours.__all__ if isinstance(getattr(ours, name), Registry)]
    names = [(own, there, name) for own, there in pairs for name in {
        *there.module_dict, *there.parent.module_dict} - {*own.module_dict}]
    assert len(names) > 400
    for own, there, name in names:
        assert own.get(name) is there.get(name), name
