"""Keeps the weights of a student beside the result they belong to."""
import hashlib
import io
from pathlib import Path
from typing import Optional

import torch

from rd_plugins.utils.checkpoint import (AUXILIARY_PREFIX, read_weights,
                                         write_bytes)
from .run import Run

# Larger files do not belong into a repository.
LARGEST = 4 * 2**20


def keep_weights(run: Run, folder: Path) -> Optional[str]:
    """Write a student's weights, with the hash of the file in its name.

    Those of the first seed only, and none that were given.

    Args:
        run (Run): It is trained.
        folder (Path): Where to.

    Returns:
        str: Name of the file, or None if none was written.
    """
    if run.row.checkpoint or run.seed != run.table.seeds[0]:
        return None
    weights = {
        key: value for key, value in read_weights(run.checkpoint()).items()
        if not key.startswith(AUXILIARY_PREFIX)
    }
    buffer = io.BytesIO()
    torch.save(dict(state_dict=weights), buffer)
    content = buffer.getvalue()
    if len(content) > LARGEST:
        return None
    digest = hashlib.sha256(content).hexdigest()[:8]
    name = f'{run.table.name}_{run.row.name}-{digest}.pth'
    write_bytes(content, str(folder / name))
    return name
