"""Runs a network on the engines that are installed.

The engines take the same networks with the same random images.
"""
from typing import Dict, Type

from .engine import Engine
from .onnx_runtime import OnnxRuntime
from .open_vino import OpenVino
from .tensor_rt import TensorRT
from .torch_engine import Torch, TorchCompile

ENGINES: Dict[str, Type[Engine]] = {
    engine.name: engine
    for engine in (Torch, TorchCompile, OnnxRuntime, OpenVino, TensorRT)
}

__all__ = ['ENGINES', 'Engine', 'Torch']
