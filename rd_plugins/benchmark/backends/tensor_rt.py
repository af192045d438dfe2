"""TensorRT."""
from importlib.util import find_spec
from typing import Callable

import torch

from ..network import Network
from .backend import Backend


class TensorRT(Backend):
    """TensorRT on an NVIDIA GPU."""

    name = 'tensorrt'
    precisions = ('fp32', 'fp16')

    @staticmethod
    def is_available() -> bool:
        """Whether it is installed, with a GPU and what exports to it."""
        return bool(torch.cuda.is_available() and find_spec('tensorrt')
                    and find_spec('onnx'))

    def _build(self, network: Network, batch_size: int):
        """The engine that TensorRT makes of the graph."""
        import tensorrt
        logger = tensorrt.Logger(tensorrt.Logger.ERROR)
        builder = tensorrt.Builder(logger)
        network = builder.create_network(0)
        parser = tensorrt.OnnxParser(network, logger)
        if not parser.parse(network.onnx(batch_size)):
            raise RuntimeError(parser.get_error(0).desc())
        config = builder.create_builder_config()
        if self.precision == 'fp16':
            config.set_flag(tensorrt.BuilderFlag.FP16)
        plan = builder.build_serialized_network(network, config)
        return tensorrt.Runtime(logger).deserialize_cuda_engine(plan)

    def load(self, network: Network,
             batch_size: int) -> Callable[[], None]:
        """A function that runs a batch."""
        engine = self._build(network, batch_size)
        context = engine.create_execution_context()
        tensors = [
            torch.zeros(tuple(engine.get_tensor_shape(name)), device='cuda')
            for name in map(engine.get_tensor_name,
                            range(engine.num_io_tensors))
        ]
        for index, tensor in enumerate(tensors):
            context.set_tensor_address(
                engine.get_tensor_name(index), tensor.data_ptr())
        stream = torch.cuda.Stream()

        def run() -> None:
            context.execute_async_v3(stream.cuda_stream)
            stream.synchronize()

        # The engine must outlive its context, and the tensors the addresses.
        run.keeps = engine, tensors
        return run

    def peak_bytes(self, network: Network, batch_size: int,
                   run: Callable[[], None]) -> int:
        """What the engine asks for to hold its feature maps."""
        engine, _ = run.keeps
        return engine.device_memory_size_v2
