"""Writes the weights of a run beside its result."""
from pathlib import Path
from typing import Dict, Optional

from rd_plugins.shipping.publish import choose_weights, packed
from rd_plugins.utils.checkpoint_file import read_checkpoint
from rd_plugins.utils.shortcuts import recorded_shortcuts
from rd_plugins.utils.whole_file import write_bytes
from .report import Results
from .run import Run

# The folder of weights beside the results
WEIGHTS = 'weights'
# Largest file, in bytes; larger ones do not belong into a repository.
LARGEST = 4 * 2**20


def kept_weights(results: Results) -> Dict[str, str]:
    """The paths of the weights that results keep, by the names of runs."""
    paths = {f'{each["row"]}-seed{each["seed"]}':
             results.folder / WEIGHTS / each['weights']
             for each in results.runs if each.get('weights')}
    return {name: str(path) for name, path in paths.items() if path.is_file()}


def keep_weights(run: Run, folder: Path) -> Optional[str]:
    """Write a run's weights, with the hash of the file in its name.

    Args:
        run (Run): A finished run.
        folder (Path): The folder to write to.

    Returns:
        str, optional: Name of the file; None if the weights were given or are
            too large.
    """
    if run.row.checkpoint:
        return None
    path = run.checkpoint()
    checkpoint = read_checkpoint(path)
    meta = dict(shortcuts=recorded_shortcuts(checkpoint['meta']))
    content, digest = packed(
        dict(meta=meta, state_dict=choose_weights(checkpoint, path)))
    if len(content) > LARGEST:
        return None
    name = f'{run.table.name}_{run.row.name}-{digest}.pth'
    write_bytes(content, str(folder / name))
    return name
