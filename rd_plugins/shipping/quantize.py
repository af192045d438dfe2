"""Post-training INT8 quantisation for ONNX Runtime."""
from pathlib import Path
from typing import Dict, Iterable, Optional

import numpy as np
import onnx
import torch
from onnxruntime.quantization import (CalibrationDataReader, QuantFormat,
                                      QuantType, quantize_static)
from onnxruntime.quantization.shape_inference import quant_pre_process

from rd_plugins.utils.cpu import cpu_flags, is_x86

# Instructions that add products of 8-bit numbers in 32 bits.
VNNI = frozenset(('avx512_vnni', 'avx_vnni', 'amx_int8'))


def needs_reduced_range() -> bool:
    """Whether this processor saturates sums of products of 8-bit numbers.

    Those of the x86 family without VNNI do: they add two products of 8 bits
    each in 16 bits.
    """
    return is_x86() and VNNI.isdisjoint(cpu_flags())


class _Reader(CalibrationDataReader):
    """Images as ONNX Runtime asks for them."""

    def __init__(self, images: Iterable[torch.Tensor]) -> None:
        self.images = iter(images)

    def get_next(self) -> Optional[Dict[str, np.ndarray]]:
        """The next input of the network, or None after the last."""
        images = next(self.images, None)
        return None if images is None else dict(input=images.numpy())


def quantize(model: Path, target: Path, images: Iterable[torch.Tensor],
             reduce_range: bool) -> None:
    """Quantise weights and activations of an ONNX model.

    Weights have one scale per output channel. A last softmax stays float32.

    Args:
        model (Path): The model in float32.
        target (Path): The file to write.
        images (Iterable[Tensor]): Inputs to calibrate activations with.
        reduce_range (bool): Whether weights have 7 bits, for processors that
            :func:`needs_reduced_range` is about, or 8.
    """
    prepared = target.with_suffix('.prepared.onnx')
    quant_pre_process(str(model), str(prepared), skip_symbolic_shape=True)
    # Probabilities of 8 bits would not tell 0.1 % from 0.4 %.
    float_nodes = [node.name for node in onnx.load(prepared).graph.node
                   if node.op_type == 'Softmax']
    quantize_static(
        str(prepared),
        str(target),
        _Reader(images),
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        nodes_to_exclude=float_nodes,
        reduce_range=reduce_range)
    prepared.unlink()
