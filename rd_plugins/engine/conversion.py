"""Reading a trained model, and writing what was made of it with a proof."""
import argparse
import json
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional, Sequence, Tuple

import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS
from torch import nn

from rd_plugins.models import Distiller
from rd_plugins.models.utils.compare import check_same_outputs
from rd_plugins.utils.checkpoint import (check_state_dict_fits,
                                         read_checkpoint, unwrapped,
                                         write_checkpoint)
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.output_folder import new_folder
from .launch import build_model, read_config

# In float64 a conversion is exact up to rounding; stored in float32, its
# weights are rounded once more.
EXACT = 1e-9
ROUNDED = 1e-3
# Side of the images of datasets whose pipelines do not say it.
SIDES = dict(
    CIFAR10=32, CIFAR100=32, SVHN=32, MNIST=28, FashionMNIST=28, MNIST5k=28)


def conversion_parser(description: str) -> argparse.ArgumentParser:
    """The command line of a tool that makes one model of another."""
    parser = argparse.ArgumentParser(
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='config of a classifier')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('--out', required=True, help='folder to write')
    parser.add_argument(
        '--shape', type=int, nargs='+', help='height and width of the images')
    parser.add_argument(
        '--force', action='store_true', help='replace the folder')
    return parser


@dataclass
class TrainedModel:
    """A model with its weights and where they come from.

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
        config (str): Path of the config, that of a student alone.
        checkpoint (str): Path or address of the checkpoint.
        cfg_options (dict, optional): Changes to the config.
            Defaults to None.

    Raises:
        UsageError: If a file is missing, the config trains a student beside a
            teacher, or the checkpoint belongs to another config.
    """
    cfg = read_config(config)
    cfg.merge_from_dict(cfg_options or {})
    model = build_model(cfg)
    if isinstance(model, Distiller):
        raise UsageError(
            f'{config} trains a student with a teacher; give the config of '
            'the student alone, such as its cross-entropy baseline.')
    content = read_checkpoint(checkpoint)
    weights = unwrapped(content['state_dict'])
    check_state_dict_fits(weights, model, checkpoint)
    model.load_state_dict(
        {key: weights[key] for key in model.state_dict() if key in weights},
        strict=False)
    model.eval()
    return TrainedModel(cfg, model, content.get('meta') or {}, config,
                        checkpoint)


def with_preprocessor(source: TrainedModel) -> nn.Module:
    """A copy of a model that normalises as its config says."""
    model = deepcopy(source.model)
    cfg = dict(source.cfg.get('data_preprocessor') or {})
    cfg.setdefault('type', 'ClsDataPreprocessor')
    model.data_preprocessor = MODELS.build(cfg)
    return model


def image_shape(cfg: Config,
                side: Optional[Sequence[int]] = None) -> Tuple[int, int, int]:
    """The shape (C, H, W) of the images that a model is tested with.

    Args:
        cfg (Config): Its config.
        side (Sequence[int], optional): Height and width, or one number for
            both, where the user gave them. Defaults to None: the last crop or
            resize of the test pipeline, or what the dataset is known for.

    Raises:
        UsageError: If it is not known.
    """
    channels = cfg.model.backbone.get('in_channels', 3)
    if not side:
        dataset = (cfg.get('test_dataloader') or {}).get('dataset', {})
        side = SIDES.get(str(dataset.get('type')).split('.')[-1])
        for transform in dataset.get('pipeline', []):
            side = transform.get('crop_size', side)
            scale = transform.get('scale')  # an int, or width and height
            side = scale[::-1] if isinstance(scale, (list, tuple)) else (
                scale or side)
    side = [side] if isinstance(side, int) else side
    if not side or len(side) > 2:
        raise UsageError('The config does not say how large the images are; '
                         'add --shape HEIGHT WIDTH.')
    return channels, side[0], side[-1]


def write_model(out: str,
                name: str,
                source: TrainedModel,
                cfg: Config,
                model: nn.Module,
                shape: Tuple[int, int, int],
                note: str,
                force: bool = False,
                report: Optional[Callable[[], dict]] = None
                ) -> Tuple[float, float]:
    """Write ``NAME.py`` and ``NAME.pth`` if they compute what the source does.

    Compared twice, both times in float64: as it is, and once more after it
    was read back, strictly, from the files as they are stored.

    Args:
        out (str): The folder to write.
        name (str): Name of the two files.
        source (TrainedModel): What the new model was made of.
        cfg (Config): The new config.
        model (nn.Module): The new model, in float64.
        shape (tuple[int]): Shape (C, H, W) of the images to compare on.
        note (str): First line of the new config: what it is.
        force (bool): Replace a folder that exists. Defaults to False.
        report (Callable, optional): Called once the outputs are known to be
            the same; what it returns is written to ``report.json``, with the
            differences. Defaults to None.

    Returns:
        tuple[float, float]: The two relative differences.

    Raises:
        UsageError: If the outputs differ or the folder exists; nothing is
            written then.
    """
    with new_folder(out, force) as folder:
        images = torch.randn(
            4, *shape, generator=torch.Generator().manual_seed(0))
        exact = check_same_outputs(source.model, model, images, EXACT)
        config, checkpoint = folder / f'{name}.py', folder / f'{name}.pth'
        text = cfg.pretty_text
        config.write_text(_describe(note, source, f'{out}/{name}') + text)
        origin = Path(source.checkpoint).name
        write_checkpoint(
            dict(
                meta=dict(source.meta, converted_from=origin, cfg=text),
                state_dict=model.float().state_dict()), str(checkpoint))
        stored = read_trained_model(str(config), str(checkpoint)).model
        rounded = check_same_outputs(source.model, stored, images, ROUNDED)
        if report:
            content = dict(
                report(), difference=dict(float64=exact, stored=rounded))
            (folder / 'report.json').write_text(json.dumps(content, indent=2))
    return exact, rounded


def _describe(note: str, source: TrainedModel, path: str) -> str:
    """The docstring of a config that a tool has written."""
    return (f'"""{note}\n\n    python tools/test.py {path}.py {path}.pth\n\n'
            f'Made of {Path(source.config).name} and '
            f'{Path(source.checkpoint).name}, whose outputs it has.\n"""\n')
