"""What takes part in a benchmark: a config, a checkpoint or an ONNX file."""
import io
import warnings
from dataclasses import dataclass
from os import path as osp
from typing import Optional, Tuple

import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS
from torch import nn

from rd_plugins.models.utils import folded_copy
from rd_plugins.utils.checkpoint import read_weights
from rd_plugins.utils.errors import UsageError
from .arguments import check_file, read_argument

Shape = Tuple[int, int, int]


@dataclass
class Contender:
    """One network.

    Args:
        name (str): What it is called in the table.
        shape (tuple[int]): Channels, height and width of its images.
        model (nn.Module, optional): The classifier with norms folded, in eval
            mode. None if only an ONNX file is known.
        onnx_path (str, optional): The ONNX file.
        accuracy (float, optional): In percent, for the picture.
    """
    name: str
    shape: Shape
    model: Optional[nn.Module] = None
    onnx_path: Optional[str] = None
    accuracy: Optional[float] = None

    def onnx(self, batch_size: int) -> bytes:
        """The network as an ONNX graph for batches of that size.

        Raises:
            UsageError: If its ONNX file is for another size.
        """
        if self.onnx_path:
            with open(self.onnx_path, 'rb') as file:
                return file.read()
        file = io.BytesIO()
        parameter = next(self.model.parameters())
        images = torch.zeros(
            batch_size, *self.shape, device=parameter.device)
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            torch.onnx.export(
                self.model, (images, ), file, dynamo=False, opset_version=17,
                input_names=['input'], output_names=['output'])
        return file.getvalue()


def image_shape(cfg: Config) -> Shape:
    """The shape (C, H, W) of the images a config tests on.

    Raises:
        UsageError: If its pipelines do not say so.
    """
    channels = cfg.model.backbone.get('in_channels', 3)
    for loader in ('test_dataloader', 'train_dataloader'):
        steps = cfg.get(loader, {}).get('dataset', {}).get('pipeline', [])
        for step in reversed(steps):
            if step.type in ('CenterCrop', 'RandomCrop'):
                size = step.crop_size
                size = (size, size) if isinstance(size, int) else size
                return (channels, *size)
    raise UsageError('The config does not crop its images, so their size is '
                     'not known; give --shape CHANNELS HEIGHT WIDTH.')


def read_contender(text: str, shape: Optional[Shape] = None) -> Contender:
    """Read ``FILE.onnx`` or a config, see :func:`read_argument`.

    A network is built with its norms folded, so that all contenders are
    alike. Without a checkpoint its weights are random, which makes no
    difference to time and memory.

    Args:
        text (str): What to read.
        shape (tuple[int], optional): Shape (C, H, W) of the images. Defaults
            to None: as in the config.

    Raises:
        UsageError: If there is no such file, or something does not fit.
    """
    if text.endswith('.onnx'):
        name = osp.splitext(osp.basename(check_file(text)))[0]
        if shape is None:
            raise UsageError(f'The image size of {text} is not known; give '
                             '--shape CHANNELS HEIGHT WIDTH.')
        return Contender(name, shape, onnx_path=text)
    name, cfg, checkpoint = read_argument(text)
    model = MODELS.build(cfg.model)
    if checkpoint:
        model.load_state_dict(read_weights(checkpoint))
    return Contender(name, shape or image_shape(cfg), folded_copy(model))
