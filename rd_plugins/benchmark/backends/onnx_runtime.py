"""ONNX Runtime."""
from typing import Callable, Optional

from .. import memory
from ..network import Network
from .backend import Backend, onnx_graph, random_images


class OnnxRuntime(Backend):
    """ONNX Runtime; on the GPU if it was built for one."""

    name = 'onnxruntime'
    packages = ('onnxruntime', 'onnx')

    @classmethod
    def device(cls) -> str:
        """The device of the networks."""
        import onnxruntime
        providers = onnxruntime.get_available_providers()
        return 'cuda' if 'CUDAExecutionProvider' in providers else 'cpu'

    def load(self, network: Network,
             batch_size: int) -> Callable[[], None]:
        """Prepare a function that runs a batch."""
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        # Its threads would spin on while other networks have their turn.
        options.add_session_config_entry('session.force_spinning_stop', '1')
        session = onnxruntime.InferenceSession(
            onnx_graph(network, batch_size), options, providers=[
                'CUDAExecutionProvider'
                if self.device() == 'cuda' else 'CPUExecutionProvider'
            ])
        name = session.get_inputs()[0].name
        images = random_images(network, batch_size)
        return lambda: session.run(None, {name: images})

    def peak_bytes(self, network: Network, batch_size: int,
                   run: Callable[[], None]) -> Optional[int]:
        """Bytes that its memory arena reserves; None on a GPU."""
        if self.device() != 'cpu':
            return None
        return memory.arena_bytes(network.onnx(batch_size), batch_size)
