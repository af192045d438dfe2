"""From PyTorch to ExecuTorch's programs (.pte), and their runtime.

ExecuTorch is imported where it is used: it takes seconds, and only this needs
it.
"""
import os
import warnings
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Iterable, Iterator, NamedTuple, Tuple

import torch
from torch import nn

from rd_plugins.utils.captured import captured_output
from rd_plugins.utils.errors import UsageError


class Program(NamedTuple):
    """What a .pte file holds.

    Args:
        content (bytes): The file.
        planned (int): Bytes that ExecuTorch's memory planner has reserved for
            inputs, outputs and, where no delegate computes, feature maps.
    """
    content: bytes
    planned: int


@contextmanager
def _converting() -> Iterator[None]:
    """Context of conversions; whatever they raise is one sentence."""
    try:
        with captured_output(), warnings.catch_warnings():
            warnings.simplefilter('ignore')
            import executorch

            # Its wheel brings the compiler of flatbuffers, but off the path.
            os.environ.setdefault('FLATC_EXECUTABLE', str(
                Path(executorch.__path__[0], 'data/bin/flatc')))
            yield
    except Exception as error:
        reason = str(error).strip().split('\n')[0][:200]
        raise UsageError(
            f'ExecuTorch {version("executorch")} does not convert this '
            f'network with PyTorch {torch.__version__} '
            f'({type(error).__name__}: {reason}). Nothing was '
            'written.') from error


def to_pte(network: nn.Module, shape: Tuple[int, int, int],
           with_xnnpack: bool) -> Program:
    """Convert a network to a program for one image at a time.

    Args:
        network (nn.Module): Maps images (1, C, H, W) to (1, K).
        shape (tuple[int]): Shape (C, H, W) of an image.
        with_xnnpack (bool): Let XNNPACK compute, as on a phone; otherwise the
            portable kernels, as on a microcontroller.

    Raises:
        UsageError: If ExecuTorch cannot convert it.
    """
    with _converting():
        from executorch.backends.xnnpack.partition.xnnpack_partitioner import \
            XnnpackPartitioner
        from executorch.exir import to_edge_transform_and_lower
        program = to_edge_transform_and_lower(
            torch.export.export(network, (torch.zeros(1, *shape), )),
            partitioner=[XnnpackPartitioner()] if with_xnnpack else None,
        ).to_executorch()
        plan = program.executorch_program.execution_plan[0]
        return Program(bytes(program.buffer),
                       sum(plan.non_const_buffer_sizes))


def quantized_pt2e(network: nn.Module, shape: Tuple[int, int, int],
                   images: Iterable[torch.Tensor]) -> nn.Module:
    """Quantise a network to INT8 as XNNPACK computes it.

    Weights have one symmetric scale per output channel, activations the part
    of the images' range that loses least (XNNPACK's histogram observer).

    Args:
        network (nn.Module): Maps images (1, C, H, W) to (1, K).
        shape (tuple[int]): Shape (C, H, W) of an image.
        images (Iterable[Tensor]): Of shape (1, C, H, W), normalised.

    Raises:
        UsageError: If PyTorch cannot quantise it.
    """
    images = list(images)  # reading them may raise what is to be seen
    with _converting():
        from executorch.backends.xnnpack.quantizer.xnnpack_quantizer import (
            XNNPACKQuantizer, get_symmetric_quantization_config)
        from torchao.quantization.pt2e.quantize_pt2e import (convert_pt2e,
                                                             prepare_pt2e)
        quantizer = XNNPACKQuantizer().set_global(
            get_symmetric_quantization_config(is_per_channel=True))
        prepared = prepare_pt2e(
            torch.export.export(network, (torch.zeros(1, *shape), )).module(),
            quantizer)
        with torch.no_grad():
            for image in images:
                prepared(image)
        return convert_pt2e(prepared)


class Pte:
    """ExecuTorch's runtime on this machine, image by image.

    Args:
        content (bytes): A .pte file.

    Raises:
        UsageError: If the runtime does not take it.
    """

    def __init__(self, content: bytes) -> None:
        try:
            with captured_output():  # the first call prints, too
                from executorch.runtime import Runtime
                self._content = content  # the program refers to it
                self._program = Runtime.get().load_program(content)
                self._method = self._program.load_method('forward')
                shape = self._method.metadata.input_tensor_meta(0).sizes()
                self(torch.zeros(tuple(shape)))
        except (ImportError, RuntimeError) as error:
            raise UsageError(
                f'The runtime of ExecuTorch {version("executorch")} does not '
                f'work with PyTorch {torch.__version__} here '
                f'({str(error).strip()[:200]}); see docs/deployment.md for '
                'versions that do. Nothing was written.') from error

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        """The output (1, K) for an image of shape (1, C, H, W)."""
        output, = self._method.execute([images.float().contiguous()])
        return output.clone()  # the next call writes there
