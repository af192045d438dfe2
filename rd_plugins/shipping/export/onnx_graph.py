"""The ONNX graph of a classifier, by PyTorch alone or by MMDeploy."""
import logging
import warnings
from functools import cached_property
from importlib import util
from io import BytesIO
from pathlib import Path
from typing import List, Optional, Tuple, Union

import torch
from mmengine.config import Config
from torch import nn

from rd_plugins.shipping.read import TrainedModel
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.package import files_folder
from .backend import DYNAMIC, FP16, Backend, Exported, Option
from .classifier import Probabilities
from .deploy_config import read_deploy_config, rounds_to_fp16, takes_any_batch

EXPORTER = Option('--exporter', dict(
    choices=('dynamo', 'trace', 'mmdeploy'),
    help='what makes the ONNX graph: torch.export (the default if onnxscript '
    'is installed), tracing (the default otherwise), or MMDeploy'))
DEPLOY_CFG = Option('--deploy-cfg', dict(
    metavar='FILE', help='a deploy config of your own, for MMDeploy'))
OPSET = dict(dynamo=18, trace=17)  # 18 is the first that torch.export writes
FILE = 'end2end.onnx'


def write_onnx(model: nn.Module,
               shape: Tuple[int, int, int],
               file: Union[str, BytesIO],
               batch_size: Optional[int] = 1,
               exporter: Optional[str] = None) -> None:
    """Write the graph from ``input`` (normalised) to ``output``.

    Args:
        model (nn.Module): In eval mode, maps (N, C, H, W) to (N, K).
        shape (tuple[int]): Shape (C, H, W) of an image.
        file (str | BytesIO): What to write it to.
        batch_size (int, optional): Images of a batch; None for any number.
            Defaults to 1.
        exporter (str, optional): ``'dynamo'`` or ``'trace'``. Defaults to
            None: ``'dynamo'`` if onnxscript, which it needs, is installed.
    """
    exporter = exporter or ('dynamo' if util.find_spec('onnxscript') else
                            'trace')
    settings = dict(
        opset_version=OPSET[exporter],
        input_names=['input'],
        output_names=['output'],
        dynamo=exporter == 'dynamo')
    if exporter == 'dynamo':
        settings.update(external_data=False, verbose=False)
        if batch_size is None:
            settings['dynamic_shapes'] = ({0: torch.export.Dim('batch')}, )
    elif batch_size is None:
        settings['dynamic_axes'] = {
            name: {0: 'batch'} for name in ('input', 'output')}
    # torch.export takes a batch of one image for a constant.
    images = torch.randn(batch_size or 2, *shape)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        logging.getLogger('torch.onnx').setLevel(logging.ERROR)
        torch.onnx.export(model, (images, ), file, **settings)


class OnnxBackend(Backend):
    """A backend that reads ONNX.

    Attributes:
        device (str): The device of MMDeploy's runtime.
    """
    options = (EXPORTER, DEPLOY_CFG)
    device = 'cpu'

    @property
    def by_mmdeploy(self) -> bool:
        """Whether MMDeploy exports."""
        return (self.given(EXPORTER) == 'mmdeploy'
                or bool(self.given(DEPLOY_CFG)))

    @cached_property
    def deploy_cfg(self) -> Optional[Config]:
        """A deploy config of one's own, which decides alone."""
        path = self.given(DEPLOY_CFG)
        return read_deploy_config(path) if path else None

    @property
    def is_dynamic(self) -> bool:
        """Whether batches of any size are taken."""
        return takes_any_batch(self.deploy_cfg) if self.deploy_cfg else (
            super().is_dynamic)

    @property
    def is_fp16(self) -> bool:
        """Whether weights are stored, or results computed, in float16."""
        return rounds_to_fp16(self.deploy_cfg) if self.deploy_cfg else (
            super().is_fp16)

    def check(self) -> None:
        """Check that nothing contradicts a deploy config of one's own."""
        if self.deploy_cfg:
            path = self.given(DEPLOY_CFG)
            kind = self.deploy_cfg.backend_config.get('type')
            if kind != self.name:
                raise UsageError(f'{path} is for the backend {kind}, not '
                                 f'for --backend {self.name}.')
            also = [option.flag for option in (DYNAMIC, FP16)
                    if self.given(option)]
            if self.given(EXPORTER) not in (None, 'mmdeploy'):
                also.append(f'{EXPORTER.flag} {self.given(EXPORTER)}')
            if also:
                raise UsageError(
                    f'{path} is for MMDeploy and says itself what is exported;'
                    f' leave {" and ".join(also)} out, or --deploy-cfg.')
        super().check()

    def needed_packages(self) -> Tuple[str, ...]:
        """The modules that this request needs."""
        also = ('mmdeploy', ) if self.by_mmdeploy else ()
        also += ('onnxscript', ) if self.given(EXPORTER) == 'dynamo' else ()
        return (*super().needed_packages(), *also)

    def write_graph(self, source: TrainedModel, shape: Tuple[int, int, int],
                    folder: Path) -> Path:
        """Write ``end2end.onnx`` into a folder."""
        if self.by_mmdeploy:
            exported, = self.export_by_mmdeploy(source, shape, folder)
            return exported.files[0]
        path = folder / FILE
        write_onnx(Probabilities(source.model), shape, str(path),
                   None if self.is_dynamic else 1, self.given(EXPORTER))
        return path

    def export_by_mmdeploy(self, source: TrainedModel,
                           shape: Tuple[int, int, int],
                           folder: Path) -> List[Exported]:
        """Write the backend's files and MMDeploy's descriptions of them."""
        from .mmdeploy import MMDeployExporter
        mode = 'dynamic' if self.is_dynamic else 'static'
        kind = f'{self.name}-fp16' if self.given(FP16) else self.name
        default = files_folder() / (
            f'configs/deploy/classification_{kind}_{mode}.py')
        exporter = MMDeployExporter(
            source, self.given(DEPLOY_CFG) or str(default), shape, self.device)
        files = exporter.export(folder)
        return [Exported(self.name, [Path(file) for file in files],
                         exporter.runtime(files))]
