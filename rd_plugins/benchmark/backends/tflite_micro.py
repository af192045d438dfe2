"""TFLite-Micro's interpreter, on the host."""
from typing import Any, Callable

import torch

from ..network import Network
from ..report import HOST
from .backend import Backend


class TfliteMicro(Backend):
    """TFLite-Micro: its arena is that of a device, its time the host's."""

    name = 'tflite-micro'
    packages = ('tflite_micro', 'litert_torch')
    runs_on = HOST
    precisions = ('int8', )
    batch_sizes = (1, )
    reads_onnx = False

    def load(self, network: Network,
             batch_size: int) -> Callable[[], None]:
        """Prepare a function that runs an image."""
        from rd_plugins.shipping.export.micro.runtime import Micro
        return Run(Micro(network.tflite()), torch.zeros(1, *network.shape))

    def peak_bytes(self, network: Network, batch_size: int,
                   run: Callable[[], None]) -> int:
        """The arena, which an application has to reserve."""
        assert isinstance(run, Run)
        return run.interpreter.arena().arena


class Run:
    """Runs an interpreter on an image."""

    def __init__(self, interpreter: Any, images: torch.Tensor) -> None:
        self.interpreter, self.images = interpreter, images

    def __call__(self) -> None:
        """Run it."""
        self.interpreter(self.images)
