"""Runs .tflite files: float in LiteRT, int8 in TFLite-Micro's interpreter."""
import re
import warnings
from typing import Any, Dict, Iterable, Iterator, NamedTuple, Tuple

import numpy as np
import torch

from rd_plugins.utils.captured import captured_output
from rd_plugins.utils.errors import UsageError
from .graph import operators, read_model

# Bytes for TFLite-Micro to plan in; what it then needs is far less.
ROOM = 2**26
EPSILON = 1e-12


class LiteRT:
    """LiteRT on the CPU, image by image.

    Args:
        content (bytes): A .tflite file in float32.
        keep_all (bool): Keep every tensor for :meth:`tensors`.
    """

    def __init__(self, content: bytes, keep_all: bool = False) -> None:
        with captured_output(), warnings.catch_warnings():
            warnings.simplefilter('ignore')  # that keeping all is for tests
            from ai_edge_litert.interpreter import Interpreter
            self.interpreter = Interpreter(
                model_content=content, num_threads=1,
                experimental_preserve_all_tensors=keep_all)
            self.interpreter.allocate_tensors()
        self.input = self.interpreter.get_input_details()[0]['index']
        self.output = self.interpreter.get_output_details()[0]['index']

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Logits of shape (1, K) for an image of shape (1, C, H, W)."""
        self.interpreter.set_tensor(
            self.input, images.permute(0, 2, 3, 1).contiguous().numpy())
        self.interpreter.invoke()
        return torch.from_numpy(self.interpreter.get_tensor(self.output))

    def tensors(self) -> Dict[str, np.ndarray]:
        """The outputs of all layers after a call, by name."""
        return {
            tensor['name']: self.interpreter.get_tensor(tensor['index'])
            for tensor in self.interpreter.get_tensor_details()
            if tensor['name'] and tensor['index'] != self.input
        }


class Arena(NamedTuple):
    """Bytes of SRAM that TFLite-Micro allocates.

    Args:
        arena (int): All of it.
        arena_head (int): The part for feature maps and scratch buffers; the
            rest describes the network.
    """
    arena: int
    arena_head: int


class Micro:
    """TFLite-Micro's own interpreter, image by image.

    Args:
        content (bytes): A .tflite file in int8.
        keep_all (bool): Keep every tensor for :meth:`tensor`; the arena is
            not known then.

    Raises:
        UsageError: If it lacks an operator.
    """

    def __init__(self, content: bytes, keep_all: bool = False) -> None:
        from tflite_micro.python.tflite_micro import runtime
        modes = runtime.InterpreterConfig
        try:
            with captured_output() as printed:
                self.interpreter = runtime.Interpreter.from_bytes(
                    content, arena_size=ROOM + 4 * len(content),
                    intrepreter_config=modes.kPreserveAllTensors
                    if keep_all else modes.kAllocationRecording)
        except RuntimeError as error:
            raise UsageError(
                'TFLite-Micro does not run this network: '
                f'{printed().strip() or error}') from error
        self.scale, self.zero = _quantization(
            self.interpreter.get_input_details(0))
        self.out_scale, self.out_zero = _quantization(
            self.interpreter.get_output_details(0))

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """Logits of shape (1, K) for an image of shape (1, C, H, W)."""
        pixels = images.permute(0, 2, 3, 1) / self.scale + self.zero
        self.interpreter.set_input(
            pixels.round().clamp(-128, 127).to(torch.int8).contiguous()
            .numpy(), 0)
        self.interpreter.invoke()
        logits = self.interpreter.get_output(0).astype(np.float32)
        return torch.from_numpy((logits - self.out_zero) * self.out_scale)

    def scales(self) -> Dict[str, str]:
        """How a program makes the input and reads the output."""
        return dict(
            input=f'int8 = round(x / {self.scale:.8g}) + {self.zero}',
            output=f'x = (int8 - {self.out_zero}) * {self.out_scale:.8g}')

    def tensor(self, index: int) -> np.ndarray:
        """A tensor's int8 values after a call."""
        return self.interpreter.GetTensor(index, 0)['tensor_data']

    def arena(self) -> Arena:
        """What the interpreter has allocated."""
        with captured_output() as printed:
            self.interpreter.print_allocations()
        return Arena(*(
            int(re.search(rf'Arena allocation {part} (\d+)', printed())[1])
            for part in ('total', 'head')))


def _quantization(details: Dict[str, Any]) -> Tuple[float, int]:
    parameters = details['quantization_parameters']
    return float(parameters['scales'][0]), int(parameters['zero_points'][0])


def layer_differences(floating: bytes, quantized: bytes,
                      images: Iterable[torch.Tensor]
                      ) -> Iterator[Dict[str, Any]]:
    """Where int8 loses: each layer's output against the float network's.

    Args:
        floating (bytes): The .tflite file in float32.
        quantized (bytes): The same in int8.
        images (Iterable[Tensor]): Of shape (1, C, H, W), normalised.

    Yields:
        dict: ``layer``, ``kind`` and ``decibels``: ten times the logarithm of
        the output's energy over the error's.
    """
    reference, micro = LiteRT(floating, True), Micro(quantized, True)
    tensors = read_model(quantized).subgraphs[0].tensors
    layers = operators(quantized)
    energies = np.full((len(layers), 2), EPSILON)
    for image in images:
        reference(image)
        micro(image)
        expected = reference.tensors()
        for layer, energy in zip(layers, energies):
            parameters = tensors[layer.output].quantization
            found = (micro.tensor(layer.output).astype(np.float32) -
                     parameters.zeroPoint[0]) * parameters.scale[0]
            signal = expected.get(layer.tensor, found)
            energy += np.square(signal).sum(), np.square(signal - found).sum()
    for layer, (signal, noise) in zip(layers, energies):
        yield dict(layer=layer.layer, kind=layer.kind,
                   decibels=float(10 * np.log10(signal / noise)))
