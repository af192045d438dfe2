"""The backends on which networks are benchmarked.
"""
from typing import Dict, Type

from .backend import Backend
from .ethos_u import ALL, EthosU
from .executorch import ExecuTorch
from .onnx_runtime import OnnxRuntime
from .open_vino import OpenVino
from .tensor_rt import TensorRT
from .tflite_micro import TfliteMicro
from .torch_backend import Torch, TorchCompile

BACKENDS: Dict[str, Type[Backend]] = {
    backend.name: backend
    for backend in (Torch, TorchCompile, OnnxRuntime, OpenVino, TensorRT,
                    ExecuTorch, TfliteMicro, EthosU)
}

__all__ = ['ALL', 'BACKENDS', 'Backend', 'Torch']
