"""Reading a trained model from a config and a checkpoint."""
from copy import deepcopy
from dataclasses import dataclass
from typing import Iterable, Iterator, Optional, Sequence, Tuple

import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS
from torch import nn

from rd_plugins.engine.config_file import build_model, datasets_in
from rd_plugins.utils.checkpoint import load_weights
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.type_name import type_name
from .student import read_student_config

# Image sizes of datasets whose pipelines do not contain them, in pixels.
SIDES = dict(
    CIFAR10=32, CIFAR100=32, SVHN=32, MNIST=28, FashionMNIST=28, MNIST5k=28)


@dataclass
class TrainedModel:
    """A model with its weights, and the files that it was read from.

    Args:
        cfg (Config): Its config.
        model (nn.Module): On the CPU, in eval mode.
        meta (dict): The checkpoint's metadata.
        config (str): The config's path.
        checkpoint (str): The checkpoint's path.
    """
    cfg: Config
    model: nn.Module
    meta: dict
    config: str
    checkpoint: str


def read_trained_model(config: str,
                       checkpoint: str,
                       cfg_options: Optional[dict] = None) -> TrainedModel:
    """Build the model of a config with the weights of a checkpoint.

    Args:
        config (str): Path of the config of a classifier or of a distiller; of
            a distiller only the student is read.
        checkpoint (str): Path or address of the checkpoint.
        cfg_options (dict, optional): Changes to the config.
            Defaults to None.

    Raises:
        UsageError: If a file is missing, or the checkpoint belongs to another
            config.
    """
    cfg = read_student_config(config, cfg_options)
    model = build_model(cfg)
    meta = load_weights(checkpoint, model)['meta']
    model.eval()
    return TrainedModel(cfg, model, meta, config, checkpoint)


def preprocessor_cfg(cfg: Config) -> dict:
    """Config of the data preprocessor: the model's own, or the run's."""
    return dict(cfg.model.get('data_preprocessor')
                or cfg.get('data_preprocessor') or {})


def build_preprocessor(cfg: Config) -> nn.Module:
    """Build the data preprocessor of a config."""
    return MODELS.build(
        dict(dict(type='ClsDataPreprocessor'), **preprocessor_cfg(cfg)))


def labelled(preprocessor: nn.Module, batches: Iterable[dict]
             ) -> Iterator[Tuple[torch.Tensor, torch.Tensor]]:
    """Images as a network sees them, (N, C, H, W), and labels (N, )."""
    for batch in map(preprocessor, batches):
        yield batch['inputs'], torch.cat(
            [sample.gt_label for sample in batch['data_samples']])


def with_preprocessor(source: TrainedModel) -> nn.Module:
    """A copy of the model with the data preprocessor of its config."""
    model = deepcopy(source.model)
    model.data_preprocessor = build_preprocessor(source.cfg)
    return model


def test_dataset(cfg: Config) -> dict:
    """The config of the test set; empty if there is none."""
    loader = cfg.get('test_dataloader') or {}
    return datasets_in(loader.get('dataset', {}))[0]


def side_of_dataset(cfg: Config) -> Optional[int]:
    """Height and width of the test set's images, if all have the same."""
    return SIDES.get(type_name(test_dataset(cfg)))


def _size_after(transform: dict) -> Optional[Tuple[int, ...]]:
    """Height and width that a transform gives to images, if it says."""
    size = next((transform[key] for key in ('crop_size', 'size', 'scale')
                 if transform.get(key)), None)
    if size is None or isinstance(size, int):
        return size and (size, size)
    is_torchvision = type_name(transform).startswith('torchvision/')
    return tuple(size) if is_torchvision else tuple(size[::-1])


def _size_of_images(cfg: Config) -> Optional[Tuple[int, ...]]:
    """Height and width after the test pipeline, if the config says."""
    side = side_of_dataset(cfg)
    size = side and (side, side)
    for transform in test_dataset(cfg).get('pipeline', []):
        size = _size_after(transform) or size
    return size


def _padded(cfg: Config, size: Tuple[int, ...]) -> Tuple[int, ...]:
    divisor = preprocessor_cfg(cfg).get('pad_size_divisor', 1)
    return tuple(-(-each // divisor) * divisor for each in size)


def is_padded(cfg: Config) -> bool:
    """Whether the data preprocessor makes the images larger, or may."""
    size = _size_of_images(cfg) or (1, 1)
    return _padded(cfg, size) != size


def image_shape(cfg: Config,
                side: Optional[Sequence[int]] = None
                ) -> Tuple[int, int, int]:
    """The shape (C, H, W) of the images that a model is tested with.

    Args:
        cfg (Config): Its config.
        side (Sequence[int], optional): Height and width, or one number
            for both, if the user gave them. Defaults to None: the last crop
            or resize of the test pipeline, or the known size of the dataset,
            padded as the data preprocessor does.

    Raises:
        UsageError: If the size is not known, or has more than two numbers.
    """
    channels = cfg.model.backbone.get('in_channels', 3)
    if side and len(side) > 2:
        raise UsageError(f'--shape {" ".join(map(str, side))} has {len(side)} '
                         'numbers; give HEIGHT WIDTH, or one number for both.')
    if not side:
        size = _size_of_images(cfg)
        side = size and _padded(cfg, size)
    if not side:
        raise UsageError('The config does not say how large the images are; '
                         'add --shape HEIGHT WIDTH.')
    return channels, side[0], side[-1]
