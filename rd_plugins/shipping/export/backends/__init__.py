"""The backends. A new one is a module here and its class in this list."""
import argparse
from typing import Dict, List, Tuple, Type

from ..backend import Backend, Option
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


def _all_options() -> List[Tuple[Option, List[str]]]:
    """Each option, and the names of the backends that have it."""
    owners: Dict[str, List[str]] = {}
    options: Dict[str, Option] = {}
    for name, backend in BACKENDS.items():
        for option in backend.options:
            assert options.setdefault(option.flag, option) is option
            owners.setdefault(option.flag, []).append(name)
    return [(options[flag], names) for flag, names in owners.items()]


def add_backend_arguments(parser: argparse.ArgumentParser) -> None:
    """Add ``--backend`` and the options of all backends."""
    parser.add_argument('--backend', required=True, choices=BACKENDS)
    for option, names in _all_options():
        settings = dict(option.settings)
        settings['help'] += f' ({", ".join(names)})'
        parser.add_argument(option.flag, **settings)


def take_backend_options(args: argparse.Namespace) -> Dict[str, object]:
    """Remove the options of backends from ``args`` and return them."""
    values = vars(args)
    return {option.name: values.pop(option.name)
            for option, _ in _all_options()}


__all__ = ['BACKENDS', 'add_backend_arguments', 'take_backend_options']
