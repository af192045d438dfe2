import sys
from importlib import metadata
from types import ModuleType

import pytest

from rd_plugins.utils import dependencies
from rd_plugins.utils.dependencies import (DEPENDENCIES, Dependency,
                                           check_dependencies,
                                           check_dependency, release)

MMCV = next(item for item in DEPENDENCIES if item.module == 'mmcv')


def install(monkeypatch, version, *distributions):
    """Pretend that mmcv of this version came from these distributions."""
    module = ModuleType('mmcv')
    module.__version__ = version
    monkeypatch.setitem(sys.modules, 'mmcv', module)

    def find(name):
        if name in distributions:
            return version
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(dependencies.metadata, 'version', find)


def test_this_environment_is_accepted():
    check_dependencies()


@pytest.mark.parametrize('name', ['mmcv', 'mmcv-lite', 'onedl-mmcv'])
def test_every_provider_will_do(monkeypatch, recwarn, name):
    install(monkeypatch, '2.2.0', name)
    check_dependency(MMCV)
    assert not recwarn


def test_a_module_without_a_distribution_will_do(monkeypatch, recwarn):
    install(monkeypatch, '2.2.0')
    check_dependency(MMCV)
    assert not recwarn


def test_missing_names_what_to_install():
    absent = Dependency('no_such_module', '1.0', ('no-such', 'fork-of-it'))
    with pytest.raises(ImportError, match='not installed.*pip install '
                       '"no-such>=1.0".*fork-of-it will do'):
        check_dependency(absent)


def test_too_old_names_both_versions(monkeypatch):
    install(monkeypatch, '1.7.0', 'mmcv')
    with pytest.raises(ImportError, match='>= 2.0.0, but 1.7.0'):
        check_dependency(MMCV)


def test_a_fork_beside_the_original_is_named(monkeypatch):
    install(monkeypatch, '2.2.0', 'mmcv-lite', 'onedl-mmcv')
    with pytest.warns(UserWarning, match='mmcv-lite and onedl-mmcv are '
                      'installed together'):
        check_dependency(MMCV)


def test_an_error_inside_a_dependency_is_not_hidden(monkeypatch, tmp_path):
    (tmp_path / 'broken_module.py').write_text('import missing_inside')
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match='missing_inside'):
        check_dependency(Dependency('broken_module', '1.0', ('broken', )))


@pytest.mark.parametrize('version, numbers', [
    ('2.11.0+cu130', (2, 11, 0)),
    ('0.11.0rc0', (0, 11, 0)),
    ('2.1', (2, 1)),
])
def test_release(version, numbers):
    assert release(version) == numbers
