"""Conversion of a trained network to one without norms."""
from copy import deepcopy
from pathlib import Path
from typing import Optional, Sequence

from rd_plugins.models.utils import Deployable, folded_copy
from rd_plugins.utils.output_folder import check_output_folder
from .read import TrainedModel, image_shape, read_trained_model
from .write import Written, write_model


def folded_cfg(source: TrainedModel) -> dict:
    """The config of the backbone in its folded form."""
    backbone = dict(source.cfg.model.backbone)
    if 'of' in backbone:  # folded before
        return backbone
    if isinstance(source.model.backbone, Deployable):
        return dict(backbone, deploy=True)
    return dict(backbone, type='rd_plugins.Folded', of=backbone['type'])


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
        UsageError: If a norm cannot be folded, or as in
            :func:`read_trained_model` and :func:`write_model`.
    """
    check_output_folder(out, force, (config, checkpoint))
    source = read_trained_model(config, checkpoint)
    cfg = deepcopy(source.cfg)
    cfg.model.backbone = folded_cfg(source)
    return write_model(
        out, f'{Path(config).stem}_folded', source, cfg,
        folded_copy(source.model.double()), image_shape(source.cfg, shape),
        'Norms are folded.', force)
