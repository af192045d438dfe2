"""LiteRT (TFLite) in float32 and, for microcontrollers, in full int8."""
import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Callable, Dict, Iterator, List, Tuple

import torch
from torch import nn

from rd_plugins.models.utils import folded_if_possible
from rd_plugins.shipping.read import TrainedModel
from ..backend import Backend, Exported, Option, Request
from ..calibration import CALIB_IMAGES, INT8, Calibration
from ..classifier import BackendClassifier
from ..micro.convert import INPUT, to_int8, to_tflite
from ..micro.rotate import rotated
from ..micro.runtime import LiteRT, Micro, layer_differences
from .onnxruntime import OnnxRuntime

LAYERS = Option('--layers', dict(
    action='store_true',
    help='also write layers.json: where int8 loses, layer by layer'))
ROTATE = Option('--rotate-180', dict(
    action='store_true',
    help='take images rotated by half a turn, which needs less memory'))
FLOAT, QUANTIZED = 'end2end.tflite', 'end2end_int8.tflite'
IMAGES = 8  # for the differences of layers


class Tflite(Backend):
    """A .tflite file in float32, and one in int8 for TFLite-Micro.

    Both map images of shape (1, H, W, C) to logits.
    """
    name = 'tflite'
    packages = ('litert_torch', 'ai_edge_quantizer', 'ai_edge_litert',
                'tflite_micro')
    options = (INT8, CALIB_IMAGES, LAYERS, ROTATE)

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.calibration = (Calibration.from_options(request.options)
                            or Calibration())
        self.int8: Dict[str, str] = {}

    def needed_packages(self) -> Tuple[str, ...]:
        """The modules that this request needs."""
        compared = self._onnxruntime().needed_packages() \
            if self.request.test else ()
        return (*super().needed_packages(), *compared)

    def served(self, description: dict) -> dict:
        """Channels come last, outputs are logits; how int8 is scaled."""
        batch, channels, height, width = description['input']['shape']
        shape = [batch, height, width, channels]
        return dict(
            description,
            input=dict(description['input'], name=INPUT, shape=shape),
            output=dict(description['output'], meaning='logits'),
            int8=self.int8,
            rotate_180=self.given(ROTATE) or False)

    def export(self, source: TrainedModel, shape: Tuple[int, int, int],
               folder: Path) -> List[Exported]:
        """Write ``end2end.tflite`` and ``end2end_int8.tflite``."""
        floating = to_tflite(self._network(source, shape), shape)
        small = to_int8(
            floating, self._images(source, shape, self.calibration))
        for name, content in ((FLOAT, floating), (QUANTIZED, small)):
            (folder / name).write_bytes(content)
        if self.given(LAYERS):
            images = self._images(
                source, shape, replace(self.calibration, count=IMAGES))
            (folder / 'layers.json').write_text(json.dumps(
                list(layer_differences(floating, small, images)), indent=1))
        micro = Micro(small)
        self.int8 = micro.scales()
        exported = [
            Exported('tflite', [folder / FLOAT],
                     self._classifier(LiteRT(floating), source)),
            Exported('tflite-micro int8', [folder / QUANTIZED],
                     self._classifier(micro, source), is_exact=False,
                     facts=micro.arena()._asdict())
        ]
        if self.request.test:
            exported.append(self._onnxruntime_int8(source, shape))
        return exported

    def _onnxruntime(self) -> OnnxRuntime:
        """The same calibration in ONNX Runtime, to compare accuracies."""
        options = {option.name: self.request.options.get(option.name)
                   for option in (INT8, CALIB_IMAGES)}
        options[INT8.name] = self.calibration.count
        return OnnxRuntime(replace(self.request, options=options))

    def _onnxruntime_int8(self, source: TrainedModel,
                          shape: Tuple[int, int, int]) -> Exported:
        with TemporaryDirectory(prefix='rd') as folder:
            *_, found = self._onnxruntime().export(source, shape, Path(folder))
        return replace(found, files=[])

    def _network(self, source: TrainedModel,
                 shape: Tuple[int, int, int]) -> nn.Module:
        """The network with norms folded, rotated if the user says so."""
        network = folded_if_possible(source.model)
        return rotated(network, shape) if self.given(ROTATE) else network

    def _turn(self, images: torch.Tensor) -> torch.Tensor:
        return images.flip(2, 3) if self.given(ROTATE) else images

    def _images(self, source: TrainedModel, shape: Tuple[int, int, int],
                calibration: Calibration) -> Iterator[torch.Tensor]:
        """Images to calibrate with, as the network takes them."""
        return map(self._turn, calibration.images(source, shape))

    def _classifier(self, logits: Callable[[torch.Tensor], torch.Tensor],
                    source: TrainedModel) -> BackendClassifier:
        return BackendClassifier(
            lambda images: logits(self._turn(images)).softmax(dim=1), source,
            one_by_one=True)
