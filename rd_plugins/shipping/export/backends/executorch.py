"""ExecuTorch, PyTorch's own runtime for phones and microcontrollers."""
from pathlib import Path
from typing import List, Tuple

from torch import nn

from rd_plugins.shipping.read import TrainedModel
from rd_plugins.utils.errors import UsageError
from ..backend import Backend, Exported, Option, Request
from ..calibration import CALIB_IMAGES, INT8, Calibration
from ..classifier import BackendClassifier, Probabilities
from ..pte import Pte, quantized_pt2e, to_pte

DELEGATE = Option('--delegate', dict(
    choices=('xnnpack', 'none'),
    help='what computes: XNNPACK, the default, or the portable kernels, '
    'whose feature maps are planned ahead'))


class ExecuTorch(Backend):
    """A .pte file in float32 and, if asked for, one in INT8."""
    name = 'executorch'
    packages = ('executorch', )
    options = (INT8, CALIB_IMAGES, DELEGATE)

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.calibration = Calibration.from_options(request.options)
        self.delegate = self.given(DELEGATE) or 'xnnpack'

    def needed_packages(self) -> Tuple[str, ...]:
        """The modules that this request needs."""
        also = ('torchao', ) if self.calibration else ()
        return (*super().needed_packages(), *also)

    def check(self) -> None:
        """Check that what is asked for goes together."""
        if self.calibration and self.delegate == 'none':
            raise UsageError('INT8 is quantised for XNNPACK, and --delegate '
                             'none leaves that out; leave out one of them.')
        super().check()

    def export(self, source: TrainedModel, shape: Tuple[int, int, int],
               folder: Path) -> List[Exported]:
        """Write ``end2end.pte`` and ``end2end_int8.pte``."""
        network = Probabilities(source.model)
        exported = [self._exported(network, source, shape,
                                   folder / 'end2end.pte')]
        if self.calibration:
            small = self._exported(
                quantized_pt2e(network, shape,
                               self.calibration.images(source, shape)),
                source, shape, folder / 'end2end_int8.pte')
            small.name += ' int8'
            small.is_exact = False
            exported.append(small)
        return exported

    def _exported(self, network: nn.Module, source: TrainedModel,
                  shape: Tuple[int, int, int], path: Path) -> Exported:
        content, planned = to_pte(network, shape, self.delegate == 'xnnpack')
        path.write_bytes(content)
        runtime = BackendClassifier(Pte(content), source, one_by_one=True)
        return Exported(self.name, [path], runtime,
                        facts=dict(delegate=self.delegate, planned=planned))
