"""OpenVINO."""
from typing import Callable

from ..network import Network
from .backend import Backend, onnx_graph, random_images


class OpenVino(Backend):
    """OpenVINO on the CPU."""

    name = 'openvino'
    packages = ('openvino', 'onnx')
    runs_on = 'cpu'
    precisions = ('fp32', 'bf16')

    def load(self, network: Network,
             batch_size: int) -> Callable[[], None]:
        """Prepare a function that runs a batch."""
        import openvino
        core = openvino.Core()
        compiled = core.compile_model(
            core.read_model(onnx_graph(network, batch_size)), 'CPU', {
                # The default is bf16 on CPUs that support it.
                'INFERENCE_PRECISION_HINT':
                dict(fp32='f32', bf16='bf16')[self.precision],
                'INFERENCE_NUM_THREADS': self.threads,
                'PERFORMANCE_HINT': 'LATENCY'
            })
        request = compiled.create_infer_request()
        images = random_images(network, batch_size)
        return lambda: request.infer([images])
