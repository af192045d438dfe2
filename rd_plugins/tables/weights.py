"""Keeps the weights of a student beside the result they belong to."""
from pathlib import Path
from typing import Optional

from rd_plugins.shipping.publish import choose_weights, packed
from rd_plugins.utils.checkpoint import read_checkpoint, write_bytes
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
    path = run.checkpoint()
    weights = choose_weights(read_checkpoint(path), path)
    content, digest = packed(dict(state_dict=weights))
    if len(content) > LARGEST:
        return None
    name = f'{run.table.name}_{run.row.name}-{digest}.pth'
    write_bytes(content, str(folder / name))
    return name
