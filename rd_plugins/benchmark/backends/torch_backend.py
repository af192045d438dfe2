"""PyTorch, eager and compiled."""
from copy import deepcopy
from typing import Callable, Tuple

import torch

from rd_plugins.utils.measure import wait_for_device
from .. import memory
from ..network import Network
from .backend import Backend

DTYPES = {
    'fp32': torch.float32,
    'bf16': torch.bfloat16,
    'fp16': torch.float16
}


class Torch(Backend):
    """PyTorch without compilation; on the GPU if there is one."""

    name = 'torch'
    reads_onnx = False
    precisions = ('fp32', 'bf16', 'fp16')

    def prepare(self, network: Network, batch_size: int
                ) -> Tuple[torch.nn.Module, torch.Tensor]:
        """Copy the network to the device, with a random batch."""
        kind = dict(device=self.device(), dtype=DTYPES[self.precision],
                    memory_format=self.memory_format)
        images = torch.randn(batch_size, *network.shape).to(**kind)
        return deepcopy(network.model).to(**kind), images

    def load(self, network: Network,
             batch_size: int) -> Callable[[], None]:
        """Prepare a function that runs a batch."""
        model, images = self.prepare(network, batch_size)

        @torch.inference_mode()
        def run() -> None:
            model(images)
            wait_for_device()

        return run

    def peak_bytes(self, network: Network, batch_size: int,
                   run: Callable[[], None]) -> int:
        """Peak memory of PyTorch's allocator, without that before the run."""
        run()  # one-time allocations are not counted
        return memory.peak_bytes(run, self.device())


class TorchCompile(Torch):
    """PyTorch with ``torch.compile``."""

    name = 'torch.compile'

    def prepare(self, network: Network, batch_size: int
                ) -> Tuple[torch.nn.Module, torch.Tensor]:
        """Copy and compile the network, with a random batch."""
        model, images = super().prepare(network, batch_size)
        model.compile(dynamic=False)
        return model, images
