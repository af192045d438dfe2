"""TensorRT."""
from typing import Any, Callable

import torch

from ..network import Network
from .backend import Backend, onnx_graph


class Execution:
    """Runs an engine on a batch of zeros and waits for the result.

    It holds the engine, which must outlive its context, and the tensors whose
    addresses the context knows.

    Args:
        engine (tensorrt.ICudaEngine): The engine.
    """

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.context = engine.create_execution_context()
        self.tensors = [
            torch.zeros(tuple(engine.get_tensor_shape(name)), device='cuda')
            for name in map(engine.get_tensor_name,
                            range(engine.num_io_tensors))
        ]
        for index, tensor in enumerate(self.tensors):
            self.context.set_tensor_address(
                engine.get_tensor_name(index), tensor.data_ptr())
        self.stream = torch.cuda.Stream()

    def __call__(self) -> None:
        """Run one batch."""
        self.context.execute_async_v3(self.stream.cuda_stream)
        self.stream.synchronize()


class TensorRT(Backend):
    """TensorRT on an NVIDIA GPU."""

    name = 'tensorrt'
    packages = ('tensorrt', 'onnx')
    precisions = ('fp32', 'fp16')

    @classmethod
    def is_available(cls) -> bool:
        """Whether the backend, its exporter and a GPU are there."""
        return torch.cuda.is_available() and super().is_available()

    def _build(self, network: Network, batch_size: int) -> Any:
        """Build TensorRT's engine for the network's ONNX graph."""
        import tensorrt
        logger = tensorrt.Logger(tensorrt.Logger.ERROR)
        builder = tensorrt.Builder(logger)
        definition = builder.create_network(0)
        parser = tensorrt.OnnxParser(definition, logger)
        if not parser.parse(onnx_graph(network, batch_size)):
            raise RuntimeError(parser.get_error(0).desc())
        config = builder.create_builder_config()
        if self.precision == 'fp16':
            config.set_flag(tensorrt.BuilderFlag.FP16)
        plan = builder.build_serialized_network(definition, config)
        return tensorrt.Runtime(logger).deserialize_cuda_engine(plan)

    def load(self, network: Network,
             batch_size: int) -> Callable[[], None]:
        """Prepare a function that runs a batch."""
        return Execution(self._build(network, batch_size))

    def peak_bytes(self, network: Network, batch_size: int,
                   run: Callable[[], None]) -> int:
        """Bytes that the engine needs for its feature maps."""
        assert isinstance(run, Execution)
        return run.engine.device_memory_size_v2
