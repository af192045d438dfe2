"""The backends. A new one is a module here and its class in this list."""
from typing import Dict, Type

from ..backend import Backend
from .ethos_u import EthosU
from .executorch import ExecuTorch
from .ncnn import Ncnn
from .onnxruntime import OnnxRuntime
from .openvino import OpenVINO
from .tensorrt import TensorRT
from .tflite import Tflite

BACKENDS: Dict[str, Type[Backend]] = {
    backend.name: backend
    for backend in (OnnxRuntime, OpenVINO, TensorRT, Ncnn, ExecuTorch, Tflite,
                    EthosU)
}

__all__ = ['BACKENDS']
