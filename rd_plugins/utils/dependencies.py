"""Checks the versions of packages that have forks.

The module ``mmcv`` may come from the distribution ``mmcv``, ``mmcv-lite`` or a
fork, and a requirement on one distribution would reject the others. These
checks therefore import the modules.
"""
import warnings
from importlib import import_module, metadata
from typing import NamedTuple, Tuple


class Dependency(NamedTuple):
    """A module, its minimum version and the distributions that contain it."""
    module: str
    minimum: str
    providers: Tuple[str, ...]


DEPENDENCIES = (
    # Older ones run or corrupt memory by files that they load as weights alone
    # (CVE-2025-32434, CVE-2026-24747).
    Dependency('torch', '2.10.0', ('torch', )),
    Dependency('mmengine', '0.10.4', ('mmengine', 'onedl-mmengine')),
    Dependency('mmcv', '2.0.0', ('mmcv-lite', 'mmcv', 'onedl-mmcv')),
    Dependency('mmpretrain', '1.2.0', ('mmpretrain', 'onedl-mmpretrain')),
)


def release(version: str) -> Tuple[int, ...]:
    """The leading numbers of a version: ``'2.11.0+cpu'`` -> (2, 11, 0)."""
    numbers = []
    for part in version.split('+')[0].split('.'):
        digits = part[:len(part) - len(part.lstrip('0123456789'))]
        if not digits:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    return tuple(numbers)


def installed_providers(dependency: Dependency) -> Tuple[str, ...]:
    """The distributions in this environment that provide a dependency."""
    found = []
    for name in dependency.providers:
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
        found.append(name)
    return tuple(found)


def check_dependency(dependency: Dependency) -> None:
    """Check one dependency by importing it.

    Args:
        dependency (Dependency): The dependency.

    Raises:
        ImportError: If the module is missing or too old. The message contains
            the command that installs it.
    """
    name, minimum, providers = dependency
    also = ' or '.join(providers[1:])
    remedy = f'Install it with: pip install "{providers[0]}>={minimum}"' + (
        f' ({also} will do as well).' if also else '.')
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        if error.name == 'pkg_resources':
            raise ImportError(f'{name} imports pkg_resources, which newer '
                              'setuptools do not have. Install an older one: '
                              'pip install "setuptools<82".') from None
        if error.name != name:
            raise
        raise ImportError(f'rd_plugins needs {name} >= {minimum}, which is '
                          f'not installed. {remedy}') from None
    if release(module.__version__) < release(minimum):
        raise ImportError(f'rd_plugins needs {name} >= {minimum}, but '
                          f'{module.__version__} is installed. {remedy}')
    found = installed_providers(dependency)
    if len(found) > 1:
        warnings.warn(f'{" and ".join(found)} are installed together and '
                      f'overwrite each other\'s module {name!r}. Keep one: '
                      f'pip uninstall {" ".join(found)}, then install one.')


def check_dependencies() -> None:
    """Check every dependency; see :func:`check_dependency`."""
    for dependency in DEPENDENCIES:
        check_dependency(dependency)
