"""The command line of an export."""
import argparse
from typing import Dict, List, Tuple

from mmengine.config import DictAction

from rd_plugins.utils.arguments import number
from .backend import TOLERANCE, Option
from .backends import BACKENDS


def _backend_options() -> List[Tuple[Option, List[str]]]:
    """Each option of a backend, and the names of those that have it."""
    owners: Dict[str, List[str]] = {}
    options: Dict[str, Option] = {}
    for name, backend in BACKENDS.items():
        for option in backend.options:
            assert options.setdefault(option.flag, option) is option
            owners.setdefault(option.flag, []).append(name)
    return [(options[flag], names) for flag, names in owners.items()]


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what every export can be told, and the options of all backends."""
    parser.add_argument(
        '--tolerance', type=number(float, at_least=0),
        help='relative difference of log-probabilities that passes '
        f'({TOLERANCE:.0e})')
    parser.add_argument(
        '--verbose', action='store_true', help='show what converters log')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction,
        help='changes to the config, key=value')
    parser.add_argument('--backend', required=True, choices=BACKENDS)
    for option, names in _backend_options():
        settings = dict(option.settings)
        settings['help'] += f' ({", ".join(names)})'
        parser.add_argument(option.flag, **settings)


def take_backend_options(args: argparse.Namespace) -> Dict[str, object]:
    """Remove the options of backends from ``args`` and return them."""
    values = vars(args)
    return {option.name: values.pop(option.name)
            for option, _ in _backend_options()}
