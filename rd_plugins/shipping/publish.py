"""Publishing the weights of a student."""
import datetime
import hashlib
import io
from pathlib import Path
from typing import Dict, Optional, Tuple

import mmpretrain
import torch

import rd_plugins
from rd_plugins.engine.config_file import build_model
from rd_plugins.utils.checkpoint import fitting_weights
from rd_plugins.utils.checkpoint_file import read_checkpoint
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.output_folder import check_parent
from rd_plugins.utils.shortcuts import built_shortcuts, recorded_shortcuts
from rd_plugins.utils.weights import (check_are_weights,
                                      check_shortcuts_are_gone, is_auxiliary,
                                      without_module_prefix)
from rd_plugins.utils.whole_file import write_bytes
from .student import read_student_config

Weights = Dict[str, torch.Tensor]


def choose_weights(checkpoint: dict, path: str,
                   ema: Optional[bool] = None) -> Weights:
    """The weights of the student alone, averaged (EMA) or not.

    In a checkpoint of MMEngine's EMAHook, ``state_dict`` holds the averaged
    weights and ``ema_state_dict`` the weights that are trained.

    Args:
        checkpoint (dict): The result of :func:`read_checkpoint`.
        path (str): The checkpoint's path, for the message.
        ema (bool, optional): True for the averaged weights, False for the
            others. Defaults to None: the averaged ones, if there are any.

    Raises:
        UsageError: If ``ema`` is given and there are no averaged weights, or
            if the student still has shortcuts.
    """
    weights = without_module_prefix(checkpoint['state_dict'])
    trained = checkpoint.get('ema_state_dict')
    if ema is not None and trained is None:
        raise UsageError(f'{path} was not trained with an EMAHook and has no '
                         'averaged weights; leave --ema and --no-ema out.')
    if ema is False and trained is not None:
        trained = without_module_prefix(trained)
        weights.update({key: value for key, value in trained.items()
                        if key != 'steps'})
    check_shortcuts_are_gone(weights, path)
    return {key: value for key, value in weights.items()
            if not is_auxiliary(key)}


def check_student_is_alone(weights: Weights, path: str) -> None:
    """Check that no distiller and no teacher is published.

    Raises:
        UsageError: If the weights include some of them.
    """
    for key in weights:
        if key.startswith(('teacher.', 'student.', 'architecture.')):
            raise UsageError(
                f'{path} holds a distiller that keeps its teacher ({key}); '
                'take the student out first.')


def packed(checkpoint: dict) -> Tuple[bytes, str]:
    """Serialise a checkpoint and compute the hash for its file name.

    ``torch.save`` stores the file's name in the archive. It writes to memory
    here, so equal weights have equal hashes.

    Returns:
        tuple[bytes, str]: The bytes of the file, and the first eight digits of
        their SHA-256.
    """
    buffer = io.BytesIO()
    torch.save(checkpoint, buffer)
    content = buffer.getvalue()
    return content, hashlib.sha256(content).hexdigest()[:8]


def publish(source: str,
            target: str,
            ema: Optional[bool] = None,
            config: Optional[str] = None,
            force: bool = False) -> Path:
    """Write a checkpoint with the student's weights and metadata only.

    Args:
        source (str): Path or address of the checkpoint.
        target (str): The file to write, without date and hash.
        ema (bool, optional): See :func:`choose_weights`.
        config (str, optional): Path of a config. The weights must be exactly
            those of its student. Defaults to None: not checked.
        force (bool): Replace an existing file. Defaults to False.

    Returns:
        Path: The written file, ``TARGET_DATE-HASH.pth``.

    Raises:
        UsageError: If the weights cannot be published or do not fit the
            config, or if the file exists.
    """
    if target.endswith('/'):
        raise UsageError(f'{target} is a folder; add the name of the file, '
                         f'such as {target}plain20.')
    check_parent(Path(target).absolute(), target)
    checkpoint = read_checkpoint(source)
    weights = choose_weights(checkpoint, source, ema)
    check_are_weights(weights, source)
    check_student_is_alone(weights, source)
    meta = dict(checkpoint['meta'])
    shortcuts = recorded_shortcuts(meta)
    if config:
        model = build_model(read_student_config(config))
        fitting_weights(dict(meta=meta, state_dict=weights), model, source)
        shortcuts = built_shortcuts(model)
    if shortcuts:
        meta['shortcuts'] = shortcuts
    meta.setdefault('mmpretrain_version', mmpretrain.__version__)
    meta.setdefault('rd_plugins_version', rd_plugins.__version__)
    content, digest = packed(dict(meta=meta, state_dict=weights))
    date = datetime.date.today().strftime('%Y%m%d')
    path = Path(f'{target.removesuffix(".pth")}_{date}-{digest}.pth')
    if path.exists() and not force:
        raise UsageError(f'{path} exists; name another file, or replace it '
                         'with --force.')
    write_bytes(content, str(path))
    return path
