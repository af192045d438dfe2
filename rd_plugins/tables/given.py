"""Weights that a table is given instead of training them."""
import hashlib
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Dict, List

from rd_plugins.utils.errors import UsageError
from .table import Table


def given_weights(pairs: List[str], table: Table) -> Dict[str, str]:
    """Read ``NAME=PATH`` pairs.

    A row that a name is of is tested with these weights in place of training
    it.

    Args:
        pairs (list[str]): The pairs.
        table (Table): The table; such rows of it are changed.

    Raises:
        UsageError: If the table has no such name, or there is no file.
    """
    rows = table.rows
    known = [row.checkpoint or name for name, row in rows.items()]
    weights = dict(pair.partition('=')[::2] for pair in pairs)
    for name, path in weights.items():
        if name not in known:
            raise UsageError(f'--weights names {name}, and {table.name} takes '
                             f'weights of {", ".join(known)}.')
        if not Path(path).is_file():
            raise UsageError(f'--weights {name}={path} names no file; write '
                             'NAME=PATH with the path of a checkpoint.')
        if name in rows and not rows[name].checkpoint:
            rows[name] = replace(
                rows[name], checkpoint=name, teacher=None, start=None)
    return weights


@lru_cache(maxsize=None)
def digest(path: str) -> str:
    """The first eight digits of the SHA-256 of a file."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:8]
