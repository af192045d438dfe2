"""TFLite-Micro's interpreter, on the host."""
from importlib.util import find_spec
from typing import Any, Callable

import torch

from ..network import Network
from .backend import Backend


class TfliteMicro(Backend):
    """TFLite-Micro: its arena is that of a device, its time the host's."""

    name = 'tflite-micro'
    precisions = ('int8', )
    batch_sizes = (1, )
    reads_onnx = False

    @staticmethod
    def is_available() -> bool:
        """Whether the interpreter and the converter are installed."""
        return bool(find_spec('tflite_micro') and find_spec('litert_torch'))

    @staticmethod
    def device() -> str:
        """Reference kernels in C++, no kernels of a device."""
        return 'host'

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
