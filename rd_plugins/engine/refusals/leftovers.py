"""A refused run leaves nothing behind."""
import re
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Dict, Iterator, Optional

from mmengine.dist import is_main_process
from mmengine.runner import Runner

from .boundary import sentence_of
from .failure import Failure

# How the Runner calls the folder of a run's logs
LOG_FOLDER = re.compile(r'\d{8}_\d{6}')


def _has_begun(error: BaseException) -> bool:
    """Whether a run had trained a step when the exception was raised."""
    runner = Failure(error).variable(
        'self', lambda value: isinstance(value, Runner))
    return any(getattr(hook, 'has_begun', False)
               for hook in getattr(runner, '_hooks', ()))


def _remove_new(folder: Path, before: Dict[Path, Optional[bytes]]) -> None:
    """Remove what a Runner writes before the first step, and nothing else."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path not in before:
            if path.is_dir() and LOG_FOLDER.fullmatch(path.name):
                shutil.rmtree(path, ignore_errors=True)
            elif path.suffix == '.py':
                path.unlink(missing_ok=True)
        elif before[path] is not None and path.read_bytes() != before[path]:
            path.write_bytes(before[path])


@contextmanager
def nothing_left_if_refused(work_dir: str) -> Iterator[None]:
    """Remove the logs and folders of a run that is refused before it begins.

    The Runner writes to its work folder when it is built, and many mistakes
    come to light only afterwards, when data is read or the first batch goes
    through the network. Checkpoints and logs of other runs stay.

    Args:
        work_dir (str): The work folder of the run.
    """
    folder = Path(work_dir).absolute()
    created = [path for path in (folder, *folder.parents)
               if not path.exists()]
    before = {path: path.read_bytes() if path.suffix == '.py' else None
              for path in (folder.iterdir() if folder.is_dir() else ())}
    try:
        yield
    except Exception as error:
        refused = sentence_of(error) is not None and not _has_begun(error)
        # One process cleans up for all, and its trouble is not the user's.
        if refused and is_main_process():
            with suppress(OSError):
                _remove_new(folder, before)
                for path in created:
                    if path.is_dir() and not any(path.iterdir()):
                        path.rmdir()
        raise
