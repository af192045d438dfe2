"""Weights that a table is given instead of training them."""
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Dict, List

from rd_plugins.utils.errors import UsageError
from .table import Table


def given_weights(pairs: List[str], table: Table) -> Dict[str, str]:
    """Read ``NAME=PATH`` pairs.

    Raises:
        UsageError: If no row of the table tests a name, or there is no file.
    """
    known = [row.checkpoint for row in table.rows.values() if row.checkpoint]
    weights = dict(pair.partition('=')[::2] for pair in pairs)
    for name, path in weights.items():
        if name not in known:
            raise UsageError(f'--weights names {name}, and {table.name} tests '
                             f'{", ".join(known) or "no given weights"}.')
        if not Path(path).is_file():
            raise UsageError(f'--weights {name}={path} names no file; write '
                             'NAME=PATH with the path of a checkpoint.')
    return weights


@lru_cache(maxsize=None)
def digest(path: str) -> str:
    """The first eight digits of the SHA-256 of a file."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:8]
