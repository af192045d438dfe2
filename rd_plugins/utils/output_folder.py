"""Output folders that are written completely or not at all."""
import os
import shutil
import signal
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Iterator, Optional

from .errors import UsageError

# Seconds after which a termination that was lost is raised again
RAISE_AGAIN = 2.0


def check_output_folder(target: str, force: bool) -> Path:
    """Check that a folder can be written.

    Args:
        target (str): The folder to write.
        force (bool): Whether it may be replaced.

    Returns:
        Path: Its absolute path.

    Raises:
        UsageError: If it exists and ``force`` is off, if it is a file, or if
            it contains the working directory.
    """
    path = Path(os.path.abspath(target))
    if path.exists() and not path.is_dir():
        raise UsageError(f'{target} is a file; name a folder to write to.')
    if path.exists() and not force:
        raise UsageError(f'{target} exists; name another folder, or replace '
                         'it with --force.')
    check_parent(path, target)
    if Path.cwd().is_relative_to(path):
        raise UsageError(f'{target} holds the folder you are in; name '
                         'another.')
    return path


def check_output_file(target: str) -> None:
    """Check that a file can be written, before the work of hours.

    Raises:
        UsageError: If it is a folder, or lies in none that can be written.
    """
    path = Path(os.path.abspath(target))
    if path.is_dir() or str(target).endswith(os.sep):
        raise UsageError(f'{target} is a folder; name a file to write to.')
    check_parent(path, target)


def check_report_folder(target: Optional[Path]) -> None:
    """Check that a report can be written into a folder, new or not.

    Args:
        target (Path, optional): The folder; None for no report.

    Raises:
        UsageError: If it is a file, or cannot be made.
    """
    if target is None:
        return
    path = Path(os.path.abspath(target))
    if path.exists() and not path.is_dir():
        raise UsageError(f'{target} is a file; name a folder to write to.')
    check_parent(path, str(target))


def check_parent(path: Path, target: str) -> None:
    """Check that the folder of an output exists or can be made.

    Args:
        path (Path): The output's absolute path.
        target (str): What the user wrote.

    Raises:
        UsageError: If a file is in the way, or the folder is read-only.
    """
    parent = next(each for each in path.parents if each.exists())
    if not parent.is_dir():
        raise UsageError(f'{target} cannot be written: {parent} is a file; '
                         'give another path.')
    if not os.access(parent, os.W_OK):
        raise UsageError(f'{target} cannot be written: you may not write to '
                         f'{parent}; give another path.')


def _is_running(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, ValueError):
        pass
    return True


def _clear_remains(target: Path) -> None:
    """Remove temporary folders of processes that were killed."""
    for path in target.parent.glob(f'.{target.name}.*.tmp'):
        kind, process = path.name.split('.')[-3:-1]
        if _is_running(process):
            continue
        if kind == 'old' and not target.exists():
            path.rename(target)  # killed between two renames
        else:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _termination_raises() -> Iterator[None]:
    """Raise SystemExit on SIGTERM, so that clean-up code runs.

    Where Python ignores exceptions, in a destructor say, it would be lost; so
    it is raised again until the context is left.
    """

    def stop(number: int, _) -> None:
        signal.setitimer(signal.ITIMER_REAL, RAISE_AGAIN)
        raise SystemExit(128 + signal.SIGTERM)

    previous = {number: signal.signal(number, stop)
                for number in (signal.SIGTERM, signal.SIGALRM)}
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def _new_parents(path: Path) -> Iterator[None]:
    """Make the folders above a path; remove them if nothing comes of it."""
    made = [parent for parent in path.parents if not parent.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        for parent in made:
            with suppress(OSError):  # something is in it
                parent.rmdir()


@contextmanager
def new_folder(target: str, force: bool = False) -> Iterator[Path]:
    """Context that writes a folder completely or not at all.

    The folder has a temporary name beside the target and is renamed at the
    end. After an error, Ctrl-C or SIGTERM it is removed, and an older folder
    of the target's name is unchanged.

    Args:
        target (str): The folder to write.
        force (bool): Replace a folder of that name. Defaults to False.

    Yields:
        Path: The folder to write into.

    Raises:
        UsageError: If the target exists and ``force`` is off.
    """
    _clear_remains(Path(os.path.abspath(target)))
    path = check_output_folder(target, force)
    unfinished, replaced = (
        path.with_name(f'.{path.name}.{kind}.{os.getpid()}.tmp')
        for kind in ('new', 'old'))
    with _new_parents(path):
        try:
            with _termination_raises():
                unfinished.mkdir()
                yield unfinished
                if path.exists():
                    path.rename(replaced)
                unfinished.rename(path)
        finally:
            if replaced.exists() and not path.exists():
                replaced.rename(path)
            for rest in (unfinished, replaced):
                shutil.rmtree(rest, ignore_errors=True)
