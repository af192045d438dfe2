"""Reading the files of checkpoints as data alone."""
import os
import re
from contextlib import ExitStack, contextmanager
from os import path as osp
from typing import Any, Dict, Iterator, Optional, Union
from urllib.parse import urlparse

import torch
from mmengine.dist import barrier, is_main_process
from mmengine.fileio import get_local_path
from mmengine.runner import CheckpointLoader
from mmengine.runner.checkpoint import (_get_mmengine_home,
                                        get_deprecated_model_names,
                                        get_external_models, get_mmcls_models,
                                        get_torchvision_models)

from .errors import UsageError
from .safe_globals import finished, stand_ins
from .whole_file import check_archive

# Names of published weights, by the scheme of their addresses
CATALOGUES = {
    'torchvision': get_torchvision_models,
    'modelzoo': get_torchvision_models,
    'open-mmlab': get_external_models,
    'openmmlab': get_external_models,
    'mmcls': get_mmcls_models,
}
# What MMEngine's loader knows: local files and these
SCHEMES = ('', 'http://', 'https://', *(f'{name}://' for name in CATALOGUES),
           'pavi://', r'(\S+\:)?s3://', r'(\S+\:)?petrel://')


def load_file(path: str, map_location: Any = 'cpu') -> Any:
    """``torch.load`` for a file that nobody has to trust.

    Nothing in the file is run, whatever PyTorch's defaults and environment
    variables say.

    Args:
        path (str): The file.
        map_location (Any): That of ``torch.load``. Defaults to ``'cpu'``.

    Raises:
        UsageError: If the file is damaged or holds more than data.
    """
    if not osp.isfile(path):
        raise UsageError(f'There is no checkpoint at {path}; check the path.')
    check_archive(path)
    try:
        with stand_ins():
            content = torch.load(
                path, map_location=map_location, weights_only=True)
        return finished(content, osp.getsize(path))
    except UsageError as error:
        raise UsageError(f'{path} cannot be read as a checkpoint: {error} '
                         'Take another file.') from None
    except Exception as error:
        reason = str(error).strip() or type(error).__name__
        blocked = re.search(r'GLOBAL (\S+)', reason)
        if blocked:
            raise UsageError(
                f'{path} asks for {blocked[1]}, which is code and no weights; '
                'nothing of it was run. Take a file of weights alone; whoever '
                'made this one can save its state dict: '
                'torch.save(model.state_dict(), PATH).') from None
        raise UsageError(
            f'{path} cannot be read as a checkpoint: '
            f'{_first_sentence(reason)} The file may be truncated or of '
            'another kind; copy or download it again.') from error


def _first_sentence(reason: str) -> str:
    # What follows is PyTorch's advice to switch the check off.
    lines = [line for line in reason.split('\n')
             if line.strip() and 'Weights only load failed' not in line]
    return lines[0].strip() if lines else 'its content is no weights.'


def _download(url: str) -> str:
    """Download a file; its path.

    Once for all processes, if they have met already; otherwise each of them
    does, and PyTorch puts the finished file in its place.
    """
    folder = osp.join(torch.hub.get_dir(), 'checkpoints')
    path = osp.join(folder, osp.basename(urlparse(url).path))

    def fetch() -> None:
        if not osp.isfile(path):
            os.makedirs(folder, exist_ok=True)
            torch.hub.download_url_to_file(url, path, progress=os.isatty(2))

    try:
        if is_main_process():
            fetch()
    finally:
        barrier()  # else the others would wait for one that has failed
    fetch()  # where the processes do not share a disk
    return path


@contextmanager
def _local_file(address: str) -> Iterator[str]:
    """Context with the path of a file that may lie elsewhere."""
    scheme, _, name = address.partition('://')
    if not name:
        yield osp.expanduser(address)
        return
    if scheme in CATALOGUES:
        known = CATALOGUES[scheme]()
        if scheme in ('open-mmlab', 'openmmlab'):
            name = get_deprecated_model_names().get(name, name)
        if name not in known:
            raise UsageError(f'There are no weights called {address}; check '
                             'the name.')
        address = known[name]
        if '://' not in address:
            address = osp.join(_get_mmengine_home(), address)
    if '://' not in address:
        yield address
        return
    if address.startswith(('http://', 'https://')):
        yield _download(address)
        return
    with ExitStack() as stack:
        try:
            path = stack.enter_context(get_local_path(address))
        except Exception as error:
            raise UsageError(f'{address} cannot be read ({error}); copy it '
                             'here and give its path.') from error
        yield path


def first_not_finite(weights: Dict[str, Any]) -> Optional[str]:
    """The first key whose numbers are not all finite, or None."""
    numbers = {key: value for key, value in weights.items()
               if torch.is_tensor(value) and value.is_floating_point()}
    if not numbers:
        return None
    are_finite = torch.stack([value.isfinite().all()
                              for value in numbers.values()]).tolist()
    return next((key for key, is_finite in zip(numbers, are_finite)
                 if not is_finite), None)


def _check_weights(checkpoint: Dict[str, Any],
                   path: Union[str, os.PathLike]) -> None:
    for name in ('state_dict', 'ema_state_dict'):
        weights = checkpoint.get(name, {})
        if not isinstance(weights, dict):
            raise UsageError(
                f'{path} has a {type(weights).__name__} as its {name}; give a '
                'file with weights by name.')
        if not all(isinstance(key, str) for key in weights):
            raise UsageError(f'{path} holds no weights by name: {name} has '
                             'keys that are no text. Take another file.')
        bad = first_not_finite(weights)
        if bad:
            raise UsageError(f'{path} has numbers that are not finite in '
                             f'{bad}; the training diverged. Take an earlier '
                             'checkpoint.')


def read_checkpoint(path: Union[str, os.PathLike],
                    map_location: Any = 'cpu') -> Dict[str, Any]:
    """Read a checkpoint.

    MMEngine's own loaders are replaced by this one, so it reads whatever a
    config names: the teacher, a backbone's ``init_cfg``, ``load_from``,
    ``--resume``.

    Args:
        path (str | PathLike): A file, or an address that MMEngine's loader
            supports.
        map_location (Any): That of ``torch.load``. Defaults to ``'cpu'``.

    Returns:
        dict: The checkpoint with the weights under ``'state_dict'`` and a
            dict under ``'meta'``.

    Raises:
        UsageError: If there is no such file, it cannot be read, holds more
            than data, its weights are not finite, or its metadata no dict.
    """
    with _local_file(os.fspath(path)) as file:
        try:
            checkpoint = load_file(file, map_location or 'cpu')
        except UsageError as error:
            if '://' not in os.fspath(path):
                raise
            raise UsageError(f'{str(error).replace(file, str(path))} Remove '
                             f'its copy first: {file}.') from error
    if not isinstance(checkpoint, dict):
        raise UsageError(f'{path} holds a {type(checkpoint).__name__}, not a '
                         'checkpoint dict; save a state dict instead.')
    if 'state_dict' not in checkpoint:
        # Under "model" torchvision's training script has it.
        checkpoint = dict(state_dict=checkpoint['model'] if isinstance(
            checkpoint.get('model'), dict) else checkpoint)
    _check_weights(checkpoint, path)
    if os.fspath(path).startswith('mmcls://'):  # as MMEngine: the backbone
        checkpoint['state_dict'] = {
            key.removeprefix('backbone.'): value
            for key, value in checkpoint['state_dict'].items()
            if key.startswith('backbone.')}
    checkpoint['meta'] = meta = checkpoint.get('meta') or {}
    if not isinstance(meta, dict):
        raise UsageError(f'{path} has a {type(meta).__name__} as its meta, '
                         'where a training saves a dict; take it out.')
    # A Runner that resumes would run this text as a config, that is, as code.
    meta.pop('config', None)
    return checkpoint


def use_for_mmengine() -> None:
    """Let MMEngine read its checkpoints by :func:`read_checkpoint`."""
    CheckpointLoader.register_scheme(
        SCHEMES, loader=read_checkpoint, force=True)
