"""Conversion of a trained residual network to one without shortcuts."""
from copy import deepcopy
from pathlib import Path
from typing import NamedTuple, Optional, Sequence, Tuple

from mmengine.config import Config
from mmpretrain.registry import MODELS
from torch import nn

from rd_plugins.models.utils import folded_copy
from rd_plugins.utils.measure import count_macs_and_params
from rd_plugins.utils.output_folder import check_output_folder
from .merge_shortcuts import merged_backbone_cfg, merged_state_dict
from .read import TrainedModel, image_shape, read_trained_model
from .write import Written, write_model


class Cost(NamedTuple):
    """MACs per image and parameters of a network."""
    macs: int
    params: int


def without_shortcuts(source: TrainedModel) -> Tuple[Config, nn.Module]:
    """Build the plain network with the outputs of a residual one.

    Args:
        source (TrainedModel): The residual network; converted to float64 in
            place.

    Returns:
        tuple[Config, nn.Module]: Its config, and the network in float64 and
        in eval mode.

    Raises:
        UsageError: If the backbone is of another kind, or has no shortcuts.
    """
    cfg = deepcopy(source.cfg)
    cfg.model.backbone = merged_backbone_cfg(
        source.model.backbone, source.cfg.model.backbone)
    merged = MODELS.build(cfg.model).double().eval()
    weights = merged_state_dict(
        source.model.double().backbone, merged.backbone)
    merged.load_state_dict({
        **{key: value for key, value in source.model.state_dict().items()
           if not key.startswith('backbone.')},
        **{f'backbone.{key}': value for key, value in weights.items()}
    })
    return cfg, merged


def remove_shortcuts(config: str,
                     checkpoint: str,
                     out: str,
                     shape: Optional[Sequence[int]] = None,
                     force: bool = False) -> Tuple[Written, Cost, Cost]:
    """Write a plain network with the outputs of a residual one.

    For the arguments see :func:`rd_plugins.shipping.fold_norms.fold_norms`.

    Returns:
        tuple[Written, Cost, Cost]: The files, the cost of the residual network
        with its norms folded, and the cost of the plain network.

    Raises:
        UsageError: As in :func:`without_shortcuts`,
            :func:`read_trained_model` and :func:`write_model`.
    """
    check_output_folder(out, force, (config, checkpoint))
    source = read_trained_model(config, checkpoint)
    images = image_shape(source.cfg, shape)
    cfg, merged = without_shortcuts(source)
    written = write_model(
        out, f'{Path(config).stem}_merged', source, cfg, merged, images,
        'A plain network with the outputs of a residual one.', force)
    residual, plain = (
        Cost(*count_macs_and_params(model.float(), images))
        for model in (folded_copy(source.model), merged))
    return written, residual, plain
