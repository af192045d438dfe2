"""Where and when a run was made."""
import datetime
import json
import os
import subprocess
from pathlib import Path
from typing import Dict, List

import torch

from rd_plugins.utils.cpu import cpu_name
from rd_plugins.utils.package import files_folder
from rd_plugins.utils.whole_file import numbered_checkpoints, write_bytes

# Of each start of a training, in its folder
STARTS = 'asked/starts.json'


def _git(*command: str) -> str:
    try:
        return subprocess.run(['git', *command], cwd=files_folder(),
                              capture_output=True, text=True).stdout.strip()
    except FileNotFoundError:  # git itself
        return ''


def commit() -> str:
    """The commit that is checked out, and whether files differ from it.

    Results do not count: a table writes them while it runs.
    """
    if not _git('ls-files', 'model-index.yml'):  # of others, around a wheel
        return 'not in a repository'
    changed = _git('status', '--porcelain', '--untracked-files=no', '--', '.',
                   ':!docs/results')
    return _git('describe', '--always') + '-dirty' * bool(changed)


def origin() -> Dict[str, str]:
    """Commit, hardware, software and date."""
    return dict(
        commit=commit(),
        hardware=(torch.cuda.get_device_name() if torch.cuda.is_available()
                  else f'{os.cpu_count()} CPU cores ({cpu_name()})'),
        pytorch=torch.__version__.split('+')[0],
        date=datetime.date.today().isoformat())


def _starts(folder: Path) -> List[Dict[str, str]]:
    path = folder / STARTS
    return json.loads(path.read_text()) if path.is_file() else []


def note_start(folder: Path) -> None:
    """Note that a training starts, or goes on, here and now."""
    before = _starts(folder) if numbered_checkpoints(folder) else []
    starts = json.dumps([*before, origin()], indent=1)
    write_bytes(starts.encode(), str(folder / STARTS))


def provenance(folder: Path) -> Dict[str, str]:
    """The origin of a training, from its start to its test just now.

    Args:
        folder (Path): Its folder.

    Returns:
        dict[str, str]: As :func:`origin`, with all that it has had, in their
            order.
    """
    known = [*_starts(folder), origin()]
    return {key: ', then '.join(dict.fromkeys(each[key] for each in known))
            for key in known[0]}
