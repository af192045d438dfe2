"""Conversion of a trained network to one without norms."""
from copy import deepcopy
from pathlib import Path
from typing import Optional, Sequence

from rd_plugins.models.utils import Deployable, folded_copy
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.output_folder import check_output_folder
from .read import image_shape, read_trained_model
from .write import Written, write_model


def fold_norms(config: str,
               checkpoint: str,
               out: str,
               shape: Optional[Sequence[int]] = None,
               force: bool = False) -> Written:
    """Write a network with its norms folded into its convolutions.

    Args:
        config (str): Path of a config.
        checkpoint (str): Path or address of its checkpoint.
        out (str): The folder to write.
        shape (Sequence[int], optional): Height and width of the images, or
            one number for both. Defaults to None: as in the config.
        force (bool): Replace a folder that exists. Defaults to False.

    Returns:
        Written: The files.

    Raises:
        UsageError: If the backbone has no ``deploy`` option, or as in
            :func:`read_trained_model` and :func:`write_model`.
    """
    check_output_folder(out, force)
    source = read_trained_model(config, checkpoint)
    if not isinstance(source.model.backbone, Deployable):
        raise UsageError(
            f'{type(source.model.backbone).__name__} has no deployed form '
            'that a config could name; take a backbone of rd_plugins.')
    cfg = deepcopy(source.cfg)
    cfg.model.backbone.deploy = True
    return write_model(
        out, f'{Path(config).stem}_folded', source, cfg,
        folded_copy(source.model.double()), image_shape(source.cfg, shape),
        'Norms are folded.', force)
