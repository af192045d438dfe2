"""From PyTorch to a .tflite file, in float and in full int8.

LiteRT-Torch converts, AI Edge Quantizer quantises. Both are imported where
they are used: they take seconds, and only this needs them.
"""
import re
import warnings
from copy import deepcopy
from typing import Iterable, Tuple

import torch
from torch import nn
from torch.nn.modules.utils import _pair

from rd_plugins.models.utils.fold import fold_conv_norm
from rd_plugins.utils.captured import captured_output
from rd_plugins.utils.errors import UsageError
from .graph import read_model, write_model
from .rotate import with_same_padding

# The name that the converter gives to a network's input
INPUT = 'args_0'


def to_tflite(network: nn.Module, shape: Tuple[int, int, int]) -> bytes:
    """Convert a network to a .tflite file in float32.

    Its images have the shape (1, H, W, C), so that no transpose is needed.

    Args:
        network (nn.Module): Maps images (N, C, H, W) to logits (N, K), with
            norms folded.
        shape (tuple[int]): Shape (C, H, W) of an image.

    Raises:
        UsageError: If LiteRT-Torch cannot convert an operator.
    """
    channels, height, width = shape
    network = prepared(network)
    images = torch.zeros(1, height, width, channels)
    try:
        with captured_output(), warnings.catch_warnings():
            warnings.simplefilter('ignore')
            import litert_torch

            # The default leaves a transpose where a padded shortcut ends.
            litert_torch.config.layout_optimize_partitioner = 'GREEDY'
            edge = litert_torch.convert(
                litert_torch.to_channel_last_io(network, args=[0]).eval(),
                (images, ))
            content = edge.model_content()
    except Exception as error:  # it raises what its passes raise
        found = re.findall(r'(?:aten|prims|torchvision)[.:]+\w+', str(error))
        reason = f'the operator {found[0]}' if found else (
            f'{type(error).__name__}: {str(error).strip()[:200]}')
        raise UsageError(
            f'LiteRT-Torch does not convert this network ({reason}); give one '
            'of the backbones in docs/hardware.md. Nothing was '
            'written.') from error
    return with_same_padding(bytes(content))


def prepared(network: nn.Module) -> nn.Module:
    """A copy with the same outputs whose operators are those of a device.

    A norm that could not be folded would become three operators; as a
    depthwise 1x1 convolution it is one, with the ReLU that follows it. A
    pooling with stride 2 that pads both sides would get an operator that pads
    the whole map; with stride 1 it needs none, and is subsampled afterwards.
    """
    network = deepcopy(network).eval()
    for parent in list(network.modules()):
        for name, module in list(parent.named_children()):
            if isinstance(module, nn.BatchNorm2d):
                setattr(parent, name, _depthwise(module))
            elif isinstance(module, nn.MaxPool2d) and _pads_evenly(module):
                setattr(parent, name, nn.Sequential(
                    nn.MaxPool2d(module.kernel_size, 1, module.padding),
                    nn.MaxPool2d(1, module.stride)))
    return network


def _pads_evenly(pool: nn.MaxPool2d) -> bool:
    """Whether a map keeps its size where the stride is 1."""
    size, padding, dilation = map(_pair, (
        pool.kernel_size, pool.padding, pool.dilation))
    return dilation == (1, 1) and size == tuple(
        2 * side + 1 for side in padding)


def _depthwise(norm: nn.BatchNorm2d) -> nn.Conv2d:
    size = norm.num_features
    conv = nn.Conv2d(size, size, 1, groups=size, bias=False).eval()
    nn.init.ones_(conv.weight)
    return fold_conv_norm(conv, norm)


def to_int8(content: bytes, images: Iterable[torch.Tensor]) -> bytes:
    """Quantise a .tflite file: int8 in, int8 inside, int8 out.

    Weights have one symmetric scale per output channel, biases are int32,
    activations have the range that the images give.

    Args:
        content (bytes): The file in float32.
        images (Iterable[Tensor]): Of shape (1, C, H, W), normalised.
    """
    samples = [{INPUT: image.permute(0, 2, 3, 1).contiguous().numpy()}
               for image in images]
    with captured_output():
        from ai_edge_quantizer import recipe
        from ai_edge_quantizer.calibrator import Calibrator
        from ai_edge_quantizer.quantizer import Quantizer
        from ai_edge_quantizer.recipe_manager import RecipeManager
        from ai_edge_quantizer.utils.qsv_utils import min_max_update
        rules = RecipeManager()
        rules.load_quantization_recipe(recipe.static_wi8_ai8())
        # Its default is a moving average, beyond which activations are cut
        # off: a percent or two of accuracy.
        calibrator = Calibrator(bytearray(content), num_threads=1,
                                qsv_update_func=min_max_update)
        calibrator.calibrate(dict(serving_default=samples), rules)
        model = Quantizer(bytearray(content), recipe.static_wi8_ai8()
                          ).quantize(calibrator.get_model_qsvs()
                                     ).quantized_model
    return with_weights_inside(bytes(model))


def with_weights_inside(content: bytes) -> bytes:
    """Move weights from behind a .tflite model's flatbuffer into it.

    AI Edge Quantizer appends tensors of 1 KiB or more to the file.
    TFLite-Micro does not look there, and would take them for zeros.
    """
    model = read_model(content)
    for buffer in model.buffers:
        if buffer.offset > 1:
            buffer.data = content[buffer.offset:buffer.offset + buffer.size]
            buffer.offset = buffer.size = 0
    return write_model(model)
