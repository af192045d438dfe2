"""The backends on which networks are benchmarked.
"""
from typing import Dict, Type

from .backend import Backend
from .onnx_runtime import OnnxRuntime
from .open_vino import OpenVino
from .tensor_rt import TensorRT
from .torch_backend import Torch, TorchCompile

BACKENDS: Dict[str, Type[Backend]] = {
    backend.name: backend
    for backend in (Torch, TorchCompile, OnnxRuntime, OpenVino, TensorRT)
}

__all__ = ['BACKENDS', 'Backend', 'Torch']
