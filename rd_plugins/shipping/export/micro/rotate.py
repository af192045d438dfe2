"""Networks for images that are rotated by half a turn, so that nothing pads.

Where a window with stride 2 meets an even side, PyTorch pads in front of the
map and TFLite's ``SAME`` behind it; such a layer gets an operator that copies
the map with its padding. Rotated by 180 degrees, kernels and images alike,
PyTorch's padding lies behind the map too, and the copies are gone.
"""
from copy import deepcopy
from typing import Any, Dict, List, Tuple, Union

import numpy as np
import torch
from torch import nn
from torch.nn.modules.utils import _pair

from rd_plugins.utils.errors import UsageError
from .graph import operators, read_model, write_model

Window = Union[nn.Conv2d, nn.MaxPool2d]
WINDOWS = ('CONV_2D', 'DEPTHWISE_CONV_2D', 'MAX_POOL_2D')
SAME = 0  # schema.Padding
NONE = -1  # an input that is not there
REFUSED = ('This network has no equal one for rotated images, as its '
           'shortcuts take each second row; leave out --rotate-180, or ship '
           'a network without shortcuts. Nothing was written.')


def rotated(network: nn.Module,
            shape: Tuple[int, int, int]) -> nn.Module:
    """A copy that computes of rotated images what the network does of images.

    Args:
        network (nn.Module): Maps images (N, C, H, W) to logits (N, K).
        shape (tuple[int]): Shape (C, H, W) of an image.

    Raises:
        UsageError: If there is none. A shortcut that takes each second row
            would begin with the second one, which no padding gives.
    """
    turned = deepcopy(network).eval()
    image = torch.randn(1, *shape, generator=torch.Generator().manual_seed(0))
    sizes = _input_sizes(turned, image)
    for parent in list(turned.modules()):
        for name, child in list(parent.named_children()):
            if child in sizes:
                setattr(parent, name, _turned(child, sizes[child]))
    with torch.no_grad():
        expected, found = network(image), turned(image.flip(2, 3))
    if not torch.allclose(found, expected, rtol=1e-3,
                          atol=1e-4 * float(expected.abs().max())):
        raise UsageError(REFUSED)
    return turned


def _input_sizes(network: nn.Module,
                 image: torch.Tensor) -> Dict[nn.Module, Tuple[int, int]]:
    """Height and width of what each convolution and pooling reads."""
    sizes: Dict[nn.Module, Tuple[int, int]] = {}
    hooks = [
        module.register_forward_pre_hook(
            lambda module, inputs: sizes.update(
                {module: tuple(inputs[0].shape[2:])}))
        for module in network.modules()
        if isinstance(module, (nn.Conv2d, nn.MaxPool2d))
    ]
    with torch.no_grad():
        network(image)
    for hook in hooks:
        hook.remove()
    return sizes


def _turned(window: Window, size: Tuple[int, int]) -> nn.Module:
    """The window on a rotated map."""
    in_front = []
    for n, kernel, stride, padding, dilation in zip(
            size, *map(_pair, (window.kernel_size, window.stride,
                               window.padding, window.dilation))):
        extent = dilation * (kernel - 1) + 1
        last = (n + 2 * padding - extent) // stride * stride
        in_front.append(last + extent - padding - n)
    if min(in_front) < 0:
        raise UsageError(REFUSED)
    if isinstance(window, nn.Conv2d):
        window.weight.data = window.weight.data.flip(2, 3).contiguous()
    behind = _pair(window.padding)
    if isinstance(window, nn.Conv2d) and tuple(in_front) == tuple(behind):
        return window
    window.padding = 0 if isinstance(window.padding, int) else (0, 0)
    return nn.Sequential(
        nn.ConstantPad2d(
            (in_front[1], behind[1], in_front[0], behind[0]),
            0. if isinstance(window, nn.Conv2d) else -torch.inf), window)


def with_same_padding(content: bytes) -> bytes:
    """Let a window pad as ``SAME`` does where an operator did that for it.

    Args:
        content (bytes): A .tflite file in float32.
    """
    model = read_model(content)
    graph = model.subgraphs[0]
    kinds = [operator.kind for operator in operators(content)]
    pads = {operator.outputs[0]: operator
            for operator, kind in zip(graph.operators, kinds)
            if kind in ('PAD', 'PADV2')}
    for operator, kind in zip(graph.operators, kinds):
        pad = pads.get(operator.inputs[0])
        if pad is not None and kind in WINDOWS and (
                _padding(model, pad) == _same_padding(model, pad, operator)):
            operator.builtinOptions.padding = SAME
            operator.inputs[0] = pad.inputs[0]
    read = {*graph.outputs, *(index for operator in graph.operators
                              for index in operator.inputs)}
    graph.operators = [operator for operator in graph.operators
                       if operator.outputs[0] in read]
    _remove_unused_tensors(model)
    return write_model(model)


def _remove_unused_tensors(model: Any) -> None:
    """The calibrator would ask for their values."""
    graph = model.subgraphs[0]
    lists = [(owner, key) for owner in (graph, *graph.operators)
             for key in ('inputs', 'outputs')]
    used = sorted({int(index) for owner, key in lists
                   for index in getattr(owner, key)} - {NONE})
    number = {NONE: NONE, **{old: new for new, old in enumerate(used)}}
    for owner, key in lists:
        setattr(owner, key, [number[index] for index in getattr(owner, key)])
    for signature in model.signatureDefs:
        for tensor in (*signature.inputs, *signature.outputs):
            tensor.tensorIndex = number[tensor.tensorIndex]
    graph.tensors = [graph.tensors[index] for index in used]


def _padding(model: Any, pad: Any) -> List[List[int]]:
    """Rows and columns in front and behind."""
    tensor = model.subgraphs[0].tensors[pad.inputs[1]]
    values = np.frombuffer(bytes(model.buffers[tensor.buffer].data), 'int32')
    return values.reshape(-1, 2).tolist()[1:3]


def _same_padding(model: Any, pad: Any, window: Any) -> List[List[int]]:
    """The same as TFLite's ``SAME`` has it: an odd one is behind."""
    tensors = model.subgraphs[0].tensors
    options = window.builtinOptions
    if hasattr(options, 'filterHeight'):
        kernel = options.filterHeight, options.filterWidth
    else:
        kernel = tensors[window.inputs[1]].shape[1:3]
    sides = tensors[pad.inputs[0]].shape[1:3]
    found = []
    for n, size, stride in zip(sides, kernel,
                               (options.strideH, options.strideW)):
        total = max((-(-n // stride) - 1) * stride + size - n, 0)
        found.append([total // 2, total - total // 2])
    return found
