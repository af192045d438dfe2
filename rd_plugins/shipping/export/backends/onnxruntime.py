"""ONNX Runtime, on the CPU."""
from pathlib import Path
from typing import Callable, List, Tuple

import torch

from rd_plugins.shipping.read import TrainedModel
from rd_plugins.utils.errors import UsageError
from ..backend import DYNAMIC, Exported, Option, Request
from ..calibration import CALIB_IMAGES, INT8, Calibration
from ..classifier import BackendClassifier
from ..onnx_graph import OnnxBackend

REDUCE_RANGE = Option('--reduce-range', dict(
    choices=('yes', 'no'),
    help='7-bit weights for INT8; needed by x86 processors without VNNI, '
    'and there the default'))


def onnx_scores(path: Path) -> Callable[[torch.Tensor], torch.Tensor]:
    """A function that runs an ONNX file, images to probabilities."""
    import onnxruntime
    session = onnxruntime.InferenceSession(
        str(path), providers=['CPUExecutionProvider'])
    name = session.get_inputs()[0].name

    def scores(images: torch.Tensor) -> torch.Tensor:
        output, = session.run(None, {name: images.float().numpy()})
        return torch.from_numpy(output)

    return scores


class OnnxRuntime(OnnxBackend):
    """ONNX Runtime in float32 and, if asked for, INT8."""
    name = 'onnxruntime'
    packages = ('onnx', 'onnxruntime')
    options = (*OnnxBackend.options, DYNAMIC, INT8, CALIB_IMAGES,
               REDUCE_RANGE)

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.calibration = Calibration.from_options(request.options)

    def check(self) -> None:
        """Check that what is asked for goes together."""
        super().check()
        if self.given(REDUCE_RANGE) and not self.calibration:
            raise UsageError('--reduce-range is about the weights of INT8; add'
                             ' --int8 or --calib-images, or leave it out.')

    def needed_packages(self) -> Tuple[str, ...]:
        """The modules that this request needs."""
        # ONNX Runtime's quantisation imports ml_dtypes.
        also = ('ml_dtypes', ) if self.calibration else ()
        return (*super().needed_packages(), *also)

    def export(self, source: TrainedModel, shape: Tuple[int, int, int],
               folder: Path) -> List[Exported]:
        """Write ``end2end.onnx`` and ``end2end_int8.onnx``."""
        graph = self.write_graph(source, shape, folder)
        exported = [self._exported(self.name, graph, source)]
        if self.calibration:
            from rd_plugins.shipping.quantize import (needs_reduced_range,
                                                      quantize)
            asked = self.given(REDUCE_RANGE)
            reduce = asked == 'yes' if asked else needs_reduced_range()
            target = folder / 'end2end_int8.onnx'
            quantize(graph, target, self.calibration.images(source, shape),
                     reduce)
            small = self._exported(f'{self.name} int8', target, source)
            small.is_exact = False
            small.facts['weight bits'] = 7 if reduce else 8
            exported.append(small)
        return exported

    def _exported(self, name: str, path: Path,
                  source: TrainedModel) -> Exported:
        runtime = BackendClassifier(
            onnx_scores(path), source, not self.is_dynamic)
        return Exported(name, [path], runtime)
