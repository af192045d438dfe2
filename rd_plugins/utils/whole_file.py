"""Files that are written whole, and checkpoints that still are."""
import io
import os
import re
from functools import lru_cache
from os import path as osp
from pathlib import Path
from typing import Any, Dict, Union
from zipfile import ZipFile, is_zipfile

import torch

from .errors import UsageError


def check_archive(path: str) -> None:
    """Check the checksums of a file that ``torch.save`` has written.

    PyTorch does not compare them; ``zipfile`` does. They cover the contents of
    the archive's parts. Of its headers, what is contradictory is found; some
    bytes, those of dates and of padding among them, may change unseen. Files
    of PyTorch before 1.6 are no archives and have no checksums.

    Raises:
        UsageError: If the file is cut off or changed, or fills the memory.
    """
    with open(path, 'rb') as file:
        # Damage may have hit the beginning, or cut off the end.
        if file.read(4) != b'PK\x03\x04' and not is_zipfile(file):
            return
    try:
        with ZipFile(path) as archive:
            # PyTorch does not compress, so the whole is not less than its
            # parts.
            unpacked = sum(part.file_size for part in archive.infolist())
            if unpacked > osp.getsize(path):
                raise UsageError(
                    f'{path} unpacks to {unpacked / 2**20:.0f} MiB, which no '
                    'checkpoint does; it may be made to fill the memory. '
                    'Take another file.')
            changed = archive.testzip()
    except UsageError:
        raise
    except Exception:  # zipfile raises whatever comes of a wrong header
        changed = 'its table of contents'
    if changed:
        raise UsageError(f'{path} cannot be read: it is damaged at {changed}, '
                         'cut off or changed. Copy or download it again, or '
                         'take an earlier checkpoint.')


def write_bytes(content: bytes, path: str) -> None:
    """Write a file completely or not at all, also when the power fails.

    Args:
        content (bytes): The content.
        path (str): The file; missing folders are created.

    Raises:
        UsageError: If it cannot be written, for instance on a full disk.
    """
    folder = osp.dirname(osp.abspath(path))
    unfinished = f'{path}.{os.getpid()}.tmp'
    try:
        os.makedirs(folder, exist_ok=True)
        try:
            with open(unfinished, 'wb') as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, path)
        finally:
            if osp.exists(unfinished):
                os.remove(unfinished)
        _sync_folder(folder)
    except OSError as error:
        raise UsageError(f'{path} cannot be written: {error.strerror}. Older '
                         'files are as they were; make room or choose another '
                         'folder, and go on.') from error


def _sync_folder(folder: str) -> None:
    """Let the names in a folder reach the disk."""
    if os.name != 'posix':
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_checkpoint(checkpoint: Dict[str, Any], path: str) -> None:
    """Write a checkpoint completely or not at all; see :func:`write_bytes`.

    Args:
        checkpoint (dict): The checkpoint.
        path (str): The file; missing folders are created.
    """
    buffer = io.BytesIO()
    torch.save(checkpoint, buffer)
    write_bytes(buffer.getvalue(), path)


def numbered_checkpoints(folder: Union[str, Path],
                         template: str = 'epoch_{}.pth') -> Dict[int, Path]:
    """The checkpoints of a run by their numbers, newest first.

    Args:
        folder (str | Path): The folder.
        template (str): How they are called. Defaults to ``'epoch_{}.pth'``.
    """
    pattern = re.sub(r'\\\{.*?\\\}', r'(\\d+)', re.escape(template))
    names = (re.fullmatch(pattern, path.name)
             for path in Path(folder).glob('*') if path.is_file())
    found = {int(name[1]): Path(folder, name[0]) for name in names if name}
    return dict(sorted(found.items(), reverse=True))


@lru_cache(maxsize=None)
def _is_whole(path: Path, size: int, changed: int) -> bool:
    try:
        check_archive(str(path))
    except UsageError:
        return False
    return True


def finished_epochs(folder: Union[str, Path]) -> int:
    """The finished epochs of a run, by its newest undamaged checkpoint.

    The file ``last_checkpoint`` has no part in this: it may be lost, cut off
    or name a folder that was moved.
    """
    for number, path in numbered_checkpoints(folder).items():
        state = path.stat()
        if state.st_size and _is_whole(path, state.st_size,
                                       state.st_mtime_ns):
            return number
    return 0
