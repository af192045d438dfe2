"""A trained network without norms."""
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
    """Write an equal network whose norms are folded into its convolutions.

    Args:
        config (str): Path of a config.
        checkpoint (str): Path or address of its checkpoint.
        out (str): The folder to write.
        shape (Sequence[int], optional): Height and width of the images, or
            one number for both. Defaults to None: what the config says.
        force (bool): Replace a folder that exists. Defaults to False.

    Returns:
        Written: What was written.

    Raises:
        UsageError: If a config could not name the folded backbone, or as in
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
