"""The networks of a benchmark, from a config, a checkpoint or an ONNX file."""
import io
from dataclasses import dataclass, field
from os import path as osp
from typing import Dict, Optional, Sequence, Tuple

import torch
from mmpretrain.registry import MODELS
from torch import nn

from rd_plugins.models.utils import folded_copy
from rd_plugins.shipping.export.micro.rotate import rotated
from rd_plugins.shipping.export.onnx_graph import write_onnx
from rd_plugins.shipping.read import image_shape
from rd_plugins.shipping.student import student_cfg
from rd_plugins.utils.checkpoint import load_weights
from rd_plugins.utils.errors import UsageError
from .arguments import check_file, read_argument

ROTATE = '@rotate-180'
Shape = Tuple[int, int, int]


@dataclass
class Network:
    """One network.

    Args:
        name (str): Its name in the table.
        shape (tuple[int]): Channels, height and width of its images.
        model (nn.Module, optional): The classifier with norms folded, in eval
            mode. None if only an ONNX file is known.
        onnx_path (str, optional): The ONNX file.
        precision (str, optional): What the ONNX file computes in, if it says.
        accuracy (float, optional): In percent, for the picture.
    """
    name: str
    shape: Shape
    model: Optional[nn.Module] = None
    onnx_path: Optional[str] = None
    precision: Optional[str] = None
    accuracy: Optional[float] = None
    _graphs: Dict[int, bytes] = field(default_factory=dict, repr=False)
    _tflite: Optional[bytes] = field(default=None, repr=False)

    def tflite(self) -> bytes:
        """The network as .tflite in int8, for one image.

        It is calibrated on noise: memory and time do not depend on it.
        """
        if self._tflite is None:
            from rd_plugins.shipping.export.micro.convert import (to_int8,
                                                                  to_tflite)
            noise = torch.randn(
                1, *self.shape, generator=torch.Generator().manual_seed(0))
            self._tflite = to_int8(
                to_tflite(self.model, self.shape), [noise])
        return self._tflite

    def onnx(self, batch_size: int) -> bytes:
        """The network as an ONNX graph for batches of that size."""
        if batch_size not in self._graphs:
            self._graphs[batch_size] = self._export(batch_size)
        return self._graphs[batch_size]

    def _export(self, batch_size: int) -> bytes:
        if self.onnx_path:
            with open(self.onnx_path, 'rb') as file:
                return file.read()
        buffer = io.BytesIO()
        write_onnx(self.model, self.shape, buffer, batch_size,
                   exporter='trace')
        return buffer.getvalue()


def name_of_onnx(path: str) -> str:
    """The file's name, or that of the folder that deploy.py has written."""
    folder, name = osp.split(osp.splitext(path)[0])
    if name.startswith('end2end') and folder:
        return osp.basename(folder) + name.removeprefix('end2end')
    return name


def read_onnx(path: str) -> Network:
    """Read what an ONNX file says of its images and numbers.

    Raises:
        UsageError: If it is none, or leaves the size of its images open.
    """
    import onnx
    from google.protobuf.message import DecodeError
    name = name_of_onnx(check_file(path))
    try:
        graph = onnx.load(path, load_external_data=False).graph
    except DecodeError:
        graph = onnx.GraphProto()
    if not graph.input:
        raise UsageError(f'{path} cannot be read as an ONNX graph; it may be '
                         'truncated or of another kind. Export it again.')
    sizes = graph.input[0].type.tensor_type.shape.dim[1:]
    shape = tuple(size.dim_value for size in sizes)
    if not all(shape):
        raise UsageError(f'{path} leaves the size of its images open; '
                         'export it for one size.')
    is_int8 = any(node.op_type == 'QuantizeLinear' for node in graph.node)
    return Network(name, shape, onnx_path=path,
                   precision='int8' if is_int8 else None)


def read_network(text: str,
                 side: Optional[Sequence[int]] = None) -> Network:
    """Read ``FILE.onnx`` or a config, see :func:`read_argument`.

    Norms are folded in every network. Without a checkpoint the weights are
    random, and the same in every run: an NPU's compiler packs them, so that
    buffers for what is packed depend on them. ``@rotate-180`` behind a config
    asks for the equal network for rotated images.

    Args:
        text (str): What to read.
        side (Sequence[int], optional): Height and width of the images, or one
            number for both. Defaults to None: as in the config.

    Raises:
        UsageError: If there is no such file, or something does not fit.
    """
    if text.endswith('.onnx'):
        network = read_onnx(text)
        if side and network.shape[1:] != (side[0], side[-1]):
            raise UsageError(
                f'{text} was exported for images of {network.shape[1]} x '
                f'{network.shape[2]}; export it again for another --shape.')
        return network
    name, cfg, checkpoint = read_argument(text.replace(ROTATE, ''))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = MODELS.build(student_cfg(cfg.model))
    if checkpoint:
        load_weights(checkpoint, model)
    model, shape = folded_copy(model), image_shape(cfg, side)
    if ROTATE in text:
        name, model = f'{name} rotated', rotated(model, shape)
    return Network(name, shape, model)
