"""Post-training INT8 quantisation for ONNX Runtime."""
from copy import deepcopy
from pathlib import Path
from typing import Dict, Iterator, Optional

import numpy as np
import torch
from mmengine.config import Config
from mmengine.runner import Runner
from onnxruntime.quantization import (CalibrationDataReader, QuantFormat,
                                      QuantType, quantize_static)
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import nn
from torch.utils.data import DataLoader


class CalibrationImages(CalibrationDataReader):
    """Training images with the test pipeline, one by one.

    Args:
        cfg (Config): Config of the model.
        preprocessor (nn.Module): Its data preprocessor.
        count (int): How many images.
    """

    def __init__(self, cfg: Config, preprocessor: nn.Module,
                 count: int) -> None:
        loader = deepcopy(cfg.train_dataloader)
        loader.dataset.pipeline = cfg.test_dataloader.dataset.pipeline
        loader.update(
            batch_size=1,
            num_workers=0,
            persistent_workers=False,
            sampler=dict(type='DefaultSampler', shuffle=True))
        self.batches = self._read(
            Runner.build_dataloader(loader, seed=0), preprocessor, count)

    @staticmethod
    def _read(loader: DataLoader, preprocessor: nn.Module,
              count: int) -> Iterator[torch.Tensor]:
        for _, batch in zip(range(count), loader):
            yield preprocessor(batch)['inputs']

    def get_next(self) -> Optional[Dict[str, np.ndarray]]:
        """The next input of the network, or None after the last."""
        images = next(self.batches, None)
        return None if images is None else dict(input=images.numpy())


def quantize(model: Path, target: Path, images: CalibrationImages) -> None:
    """Quantise weights and activations of an ONNX model.

    Weights have one scale per output channel and a range of 7 bits: on CPUs
    without VNNI, sums of two products of 8-bit weights may saturate.

    Args:
        model (Path): The model in float32.
        target (Path): The file to write.
        images (CalibrationImages): Images to calibrate activations with.
    """
    prepared = target.with_suffix('.prepared.onnx')
    quant_pre_process(str(model), str(prepared), skip_symbolic_shape=True)
    quantize_static(
        str(prepared),
        str(target),
        images,
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True)
    prepared.unlink()
