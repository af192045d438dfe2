"""Output folders that are written completely or not at all."""
import glob
import os
import re
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Iterable, Iterator, Optional, Sequence, Union

from .errors import UsageError
from .termination import termination_raises

Place = Union[str, Path]


def check_output_folder(target: Place, force: bool,
                        inputs: Iterable[Place] = ()) -> Path:
    """Check that a folder can be written.

    Args:
        target (str | Path): The folder to write.
        force (bool): Whether it may be replaced.
        inputs (Iterable[str | Path]): Files, folders or addresses that are
            read for it. Defaults to ().

    Returns:
        Path: Its absolute path, without links.

    Raises:
        UsageError: If it exists and ``force`` is off, if it is a file, or if
            it contains the working directory or an input.
    """
    path = Path(os.path.realpath(target))
    if path.exists() and not path.is_dir():
        raise UsageError(f'{target} is a file; name a folder to write to.')
    for source in inputs:
        if any(place.is_relative_to(path) for place in _places_of(source)):
            raise UsageError(f'{target} holds {source}, which would be lost; '
                             'name another folder.')
    if path.exists() and not force:
        raise UsageError(f'{target} exists; name another folder, or replace '
                         'it with --force.')
    check_parent(path, str(target))
    if Path.cwd().is_relative_to(path):
        raise UsageError(f'{target} holds the folder you are in; name '
                         'another.')
    return path


def _places_of(source: Place) -> Iterator[Path]:
    """Where a file or folder lies, and where what it links to does."""
    path = os.path.expanduser(source)
    if os.path.exists(path):
        folder, name = os.path.split(path)
        yield Path(os.path.realpath(folder), name)
        yield Path(os.path.realpath(path))


def check_output_file(target: str, suffixes: Sequence[str] = ()) -> None:
    """Check that a file can be written, before the work of hours.

    Args:
        target (str): The file.
        suffixes (Sequence[str]): What it may end in, in lower case.
            Defaults to (): anything.

    Raises:
        UsageError: If it is a folder, lies in none that can be written, or
            ends in something else.
    """
    path = Path(os.path.abspath(target))
    if path.is_dir() or str(target).endswith(os.sep):
        raise UsageError(f'{target} is a folder; name a file to write to.')
    if suffixes and path.suffix.lower() not in suffixes:
        raise UsageError(f'{target} ends in none of {", ".join(suffixes)}; '
                         'name a file that does.')
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


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _clear_remains(target: Path) -> None:
    """Remove temporary folders of processes that were killed."""
    name = re.compile(
        rf'\.{re.escape(target.name)}\.(new|old)\.(\d+)\.tmp')
    for path in target.parent.glob(f'.{glob.escape(target.name)}.*.tmp'):
        found = name.fullmatch(path.name)
        if not found or _is_running(int(found[2])):
            continue
        kind = found[1]
        if kind == 'old' and not target.exists():
            path.rename(target)  # killed between two renames
        else:
            shutil.rmtree(path, ignore_errors=True)


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
def new_folder(target: Place, force: bool = False,
               inputs: Iterable[Place] = ()) -> Iterator[Path]:
    """Context that writes a folder completely or not at all.

    The folder has a temporary name beside the target and is renamed at the
    end. After an error, Ctrl-C or SIGTERM it is removed, and an older folder
    of the target's name is unchanged. A link stays, and the folder that it
    points to is written.

    Args:
        target (str | Path): The folder to write.
        force (bool): Replace a folder of that name. Defaults to False.
        inputs (Iterable[str | Path]): Files, folders or addresses that are
            read for it. Defaults to ().

    Yields:
        Path: The folder to write into.

    Raises:
        UsageError: As in :func:`check_output_folder`.
    """
    _clear_remains(Path(os.path.realpath(target)))
    path = check_output_folder(target, force, inputs)
    unfinished, replaced = (
        path.with_name(f'.{path.name}.{kind}.{os.getpid()}.tmp')
        for kind in ('new', 'old'))
    with _new_parents(path):
        try:
            with termination_raises():
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
