"""ExecuTorch with XNNPACK."""
from typing import Callable

import torch

from ..network import Network
from .backend import Backend


class ExecuTorch(Backend):
    """ExecuTorch: time with XNNPACK, memory without.

    XNNPACK reserves feature maps while it runs and does not tell how much; the
    planner does for the portable kernels, as a microcontroller has them.
    """

    name = 'executorch'
    packages = ('executorch', )
    runs_on = 'cpu'
    batch_sizes = (1, )
    reads_onnx = False

    def load(self, network: Network,
             batch_size: int) -> Callable[[], None]:
        """Prepare a function that runs an image."""
        from rd_plugins.shipping.export.pte import Pte, to_pte
        use_threads(self.threads)
        run = Pte(to_pte(network.model, network.shape, True).content)
        images = torch.zeros(1, *network.shape)
        return lambda: run(images)

    def peak_bytes(self, network: Network, batch_size: int,
                   run: Callable[[], None]) -> int:
        """What the planner reserves for the portable kernels."""
        from rd_plugins.shipping.export.pte import to_pte
        return to_pte(network.model, network.shape, False).planned


def use_threads(count: int) -> None:
    """Let XNNPACK have that many threads.

    A network that is loaded keeps the threads of then, and would wait for
    them for ever if they were replaced. All of a benchmark have the same.
    """
    from executorch.extension.pybindings import portable_lib
    if portable_lib._threadpool_get_thread_count() != count:
        portable_lib._unsafe_reset_threadpool(count)
