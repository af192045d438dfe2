"""Runs a network on the engines that are installed.

The engines take the same networks with the same random images.
"""
from copy import deepcopy
from importlib.util import find_spec
from typing import Callable, Dict, Optional, Tuple

import numpy as np
import torch

from rd_plugins.utils.measure import wait_for_device
from . import memory
from .contender import Contender

DTYPES = {
    'fp32': torch.float32,
    'bf16': torch.bfloat16,
    'fp16': torch.float16
}


class Engine:
    """Something that runs networks.

    Args:
        threads (int): CPU threads within an operator.
        precision (str): One of :attr:`precisions`.
        channels_last (bool): Memory format, where there is a choice.
    """

    name: str
    precisions: Tuple[str, ...] = ('fp32', )

    def __init__(self, threads: int, precision: str,
                 channels_last: bool) -> None:
        self.threads, self.precision = threads, precision
        self.memory_format = (
            torch.channels_last if channels_last else torch.contiguous_format)

    @staticmethod
    def is_available() -> bool:
        """Whether it is installed, and what exports to it."""
        return True

    @staticmethod
    def device() -> str:
        """Where networks run: ``'cuda'`` if there is a GPU."""
        return 'cuda' if torch.cuda.is_available() else 'cpu'

    def load(self, contender: Contender,
             batch_size: int) -> Callable[[], None]:
        """A function that runs a batch and waits for the result."""
        raise NotImplementedError

    def peak_bytes(self, contender: Contender,
                   batch_size: int) -> Optional[int]:
        """The memory of the feature maps; None if the engine does not say."""


class Torch(Engine):
    """PyTorch without compilation; on the GPU if there is one."""

    name = 'torch'
    precisions = ('fp32', 'bf16', 'fp16')

    def prepare(self, contender: Contender, batch_size: int
                ) -> Tuple[torch.nn.Module, torch.Tensor]:
        """A network and a batch on the device."""
        kind = dict(device=self.device(), dtype=DTYPES[self.precision],
                    memory_format=self.memory_format)
        images = torch.randn(batch_size, *contender.shape).to(**kind)
        return deepcopy(contender.model).to(**kind), images

    def load(self, contender: Contender,
             batch_size: int) -> Callable[[], None]:
        """A function that runs a batch."""
        model, images = self.prepare(contender, batch_size)

        @torch.inference_mode()
        def run() -> None:
            model(images)
            wait_for_device()

        return run

    def peak_bytes(self, contender: Contender, batch_size: int) -> int:
        """The most that PyTorch's allocator holds above what was there."""
        run = self.load(contender, batch_size)
        run()  # what is made once is not counted
        if self.device() == 'cpu':
            return memory.peak_bytes(run, 'cpu')
        before = torch.cuda.memory_allocated()
        torch.cuda.reset_peak_memory_stats()
        run()
        return torch.cuda.max_memory_allocated() - before


class TorchCompile(Torch):
    """PyTorch with ``torch.compile``."""

    name = 'torch.compile'

    def prepare(self, contender: Contender, batch_size: int
                ) -> Tuple[torch.nn.Module, torch.Tensor]:
        """A compiled network and a batch on the device."""
        model, images = super().prepare(contender, batch_size)
        model.compile(dynamic=False)
        return model, images


class OnnxRuntime(Engine):
    """ONNX Runtime; on the GPU if it was built for one."""

    name = 'onnxruntime'

    @staticmethod
    def is_available() -> bool:
        """Whether it is installed, and what exports to it."""
        return bool(find_spec('onnxruntime') and find_spec('onnx'))

    @staticmethod
    def device() -> str:
        """Where networks run."""
        import onnxruntime
        providers = onnxruntime.get_available_providers()
        return 'cuda' if 'CUDAExecutionProvider' in providers else 'cpu'

    def load(self, contender: Contender,
             batch_size: int) -> Callable[[], None]:
        """A function that runs a batch."""
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        session = onnxruntime.InferenceSession(
            contender.onnx(batch_size), options, providers=[
                'CUDAExecutionProvider'
                if self.device() == 'cuda' else 'CPUExecutionProvider'
            ])
        name = session.get_inputs()[0].name
        images = random_images(contender, batch_size)
        return lambda: session.run(None, {name: images})

    def peak_bytes(self, contender: Contender,
                   batch_size: int) -> Optional[int]:
        """What its arena reserves; not known on a GPU."""
        if self.device() == 'cpu':
            return memory.arena_bytes(contender.onnx(batch_size), batch_size)


class OpenVino(Engine):
    """OpenVINO on the CPU."""

    name = 'openvino'
    precisions = ('fp32', 'bf16')

    @staticmethod
    def is_available() -> bool:
        """Whether it is installed, and what exports to it."""
        return bool(find_spec('openvino') and find_spec('onnx'))

    @staticmethod
    def device() -> str:
        """Where networks run."""
        return 'cpu'

    def load(self, contender: Contender,
             batch_size: int) -> Callable[[], None]:
        """A function that runs a batch."""
        import openvino
        core = openvino.Core()
        compiled = core.compile_model(
            core.read_model(contender.onnx(batch_size)), 'CPU', {
                # It would take bf16 by itself where the CPU has it.
                'INFERENCE_PRECISION_HINT':
                dict(fp32='f32', bf16='bf16')[self.precision],
                'INFERENCE_NUM_THREADS': self.threads,
                'PERFORMANCE_HINT': 'LATENCY'
            })
        request = compiled.create_infer_request()
        images = random_images(contender, batch_size)
        return lambda: request.infer([images])


class TensorRT(Engine):
    """TensorRT on an NVIDIA GPU."""

    name = 'tensorrt'
    precisions = ('fp32', 'fp16')

    @staticmethod
    def is_available() -> bool:
        """Whether it is installed, with a GPU and what exports to it."""
        return bool(torch.cuda.is_available() and find_spec('tensorrt')
                    and find_spec('onnx'))

    def _build(self, contender: Contender, batch_size: int):
        """The engine that TensorRT makes of the graph."""
        import tensorrt
        logger = tensorrt.Logger(tensorrt.Logger.ERROR)
        builder = tensorrt.Builder(logger)
        network = builder.create_network(0)
        parser = tensorrt.OnnxParser(network, logger)
        if not parser.parse(contender.onnx(batch_size)):
            raise RuntimeError(parser.get_error(0).desc())
        config = builder.create_builder_config()
        if self.precision == 'fp16':
            config.set_flag(tensorrt.BuilderFlag.FP16)
        plan = builder.build_serialized_network(network, config)
        return tensorrt.Runtime(logger).deserialize_cuda_engine(plan)

    def load(self, contender: Contender,
             batch_size: int) -> Callable[[], None]:
        """A function that runs a batch."""
        engine = self._build(contender, batch_size)
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

    def peak_bytes(self, contender: Contender, batch_size: int) -> int:
        """What the engine asks for to hold its feature maps."""
        return self._build(contender, batch_size).device_memory_size_v2


def random_images(contender: Contender, batch_size: int) -> np.ndarray:
    """A batch of shape (N, C, H, W), float32."""
    return np.random.default_rng(0).standard_normal(
        (batch_size, *contender.shape), dtype=np.float32)


ENGINES: Dict[str, type] = {
    engine.name: engine
    for engine in (Torch, TorchCompile, OnnxRuntime, OpenVino, TensorRT)
}
