"""Reads the files of tables, such as those in ``configs/tables``."""
from dataclasses import fields
from pathlib import Path
from typing import Any, Dict

from mmengine.config import Config

from rd_plugins.utils.errors import NumberRange, UsageError
from rd_plugins.utils.package import files_folder, path_of
from .table import Row, Table

EPOCHS = NumberRange(at_least=1, whole=True)
SEED = NumberRange(at_least=0, whole=True)
# What an option is that is no text
KINDS = dict(rows=dict, seeds=list, options=dict, test_options=dict)


def _check_option(owner: str, name: str, value: Any) -> None:
    if name == 'epochs':
        fits, expected = value in EPOCHS, EPOCHS
    else:
        kind = KINDS.get(name, str)
        fits, expected = isinstance(value, kind), f'a {kind.__name__}'
    if not fits:
        raise UsageError(f'{owner} has {name}={value!r}; it has to be '
                         f'{expected}.')


def _check_content(path: str, content: Dict[str, Any]) -> None:
    for key in ('title', 'rows'):
        if not content.get(key):
            raise UsageError(f'{path} is no table: it has no {key!r}; see '
                             'those in configs/tables.')
    for key in ('title', 'rows', 'seeds', 'epochs', 'reduced', 'note'):
        if key in content:
            _check_option(path, key, content[key])
    for seed in content.get('seeds', []):
        if seed not in SEED:
            raise UsageError(f'{path} has a seed {seed!r}; it has to be '
                             f'{SEED}.')


def _given(options: dict) -> dict:
    """Without what is None, which is the default."""
    return {name: value for name, value in options.items()
            if value is not None}


def _read_row(name: str, options: Any, folder: Path) -> Row:
    if not isinstance(options, dict):
        raise UsageError(f'Row {name!r} is {options!r}; write '
                         'dict(title=..., config=...).')
    options = _given(options)
    known = {entry.name for entry in fields(Row)} - {'name'}
    for option, value in options.items():
        if option not in known:
            raise UsageError(f'Row {name!r} has no option {option!r}; choose '
                             f'from {", ".join(sorted(known))}.')
        _check_option(f'Row {name!r}', option, value)
    for option in ('title', 'config'):
        if option not in options:
            raise UsageError(f'Row {name!r} has no {option!r}; every row '
                             'needs a title and a config.')
    paths = {option: str((folder / path_of(options[option])).resolve())
             for option in ('config', 'test_config') if option in options}
    return Row(**{**options, **paths}, name=name)


def read_table(path: str) -> Table:
    """Read the file of a table.

    Args:
        path (str): A Python file with ``title``, ``rows`` and, perhaps,
            ``seeds``, ``reduced``, ``note`` and ``epochs``, the length of
            every row that has none of its own. Configs are named as seen
            from it. ``'rd_plugins::...'`` names a table or config of ours.

    Raises:
        UsageError: If there is no such file, if it is no table, or if a row
            has an unknown option, config, teacher or start.
    """
    named, path = path, path_of(path)
    if not Path(path).is_file():
        raise UsageError(f'There is no table at {path}; those that come with '
                         'the package are in '
                         f'{files_folder() / "configs/tables"}.')
    content = _given(Config.fromfile(path).to_dict())
    _check_content(path, content)
    folder = Path(path).resolve().parent
    rows: Dict[str, Row] = {}
    for name, options in content['rows'].items():
        row = _read_row(name, options, folder)
        row.epochs = row.epochs or content.get('epochs')
        for config in {row.config, row.test_config}:
            if not Path(config).is_file():
                raise UsageError(f'Row {name!r} of {path} names the config '
                                 f'{config}, which does not exist.')
        for needed in row.needs:
            if needed not in rows:
                raise UsageError(f'Row {name!r} of {path} needs the weights '
                                 f'of {needed!r}, which is no row before it.')
        rows[name] = row
    return Table(
        Path(path).stem, content['title'], rows, content.get('seeds', [0]),
        content.get('reduced'), content.get('note', ''), path=named)
