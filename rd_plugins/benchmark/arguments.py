"""Command line arguments of the benchmarks: configs with options."""
from ast import literal_eval
from os import path as osp
from typing import Any, NamedTuple, Optional, Sequence

from mmengine.config import Config

from rd_plugins.engine.config_file import read_config
from rd_plugins.utils.errors import UsageError

SYNTAX = 'CONFIG, CONFIG@CHECKPOINT or CONFIG@KEY=VALUE'


class Argument(NamedTuple):
    """A config with its options applied, and a checkpoint."""
    name: str
    cfg: Config
    checkpoint: Optional[str]


def _value_of(text: str) -> Any:
    try:
        return literal_eval(text)
    except (SyntaxError, ValueError):
        return text


def check_file(path: str) -> str:
    """Return the path of an existing file.

    Raises:
        UsageError: If it does not exist.
    """
    if not osp.isfile(path):
        raise UsageError(f'There is no file {path}; give {SYNTAX}.')
    return path


def read_argument(text: str) -> Argument:
    """Read a config with options, whose keys are those of ``--cfg-options``.

    Args:
        text (str): ``CONFIG``, then any number of ``@KEY=VALUE`` and at most
            one ``@CHECKPOINT``.

    Raises:
        UsageError: If a file is missing or there are two checkpoints.
    """
    path, *others = text.split('@')
    cfg = read_config(path)
    options = [other for other in others if '=' in other]
    for option in options:
        key, _, value = option.partition('=')
        cfg.merge_from_dict({key: _value_of(value)})
    checkpoints = [check_file(other) for other in others if '=' not in other]
    if len(checkpoints) > 1:
        raise UsageError(f'{text} names {len(checkpoints)} checkpoints; '
                         f'give {SYNTAX}.')
    name = '@'.join([osp.splitext(osp.basename(path))[0], *options])
    return Argument(name, cfg, checkpoints[0] if checkpoints else None)


def give_unique_names(measured: Sequence[Any]) -> None:
    """Number those, in place, whose name one before them has."""
    taken = set()
    for number, each in enumerate(measured, start=1):
        if each.name in taken:
            each.name += f' ({number})'
        taken.add(each.name)
