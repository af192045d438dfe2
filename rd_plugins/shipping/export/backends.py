"""The backends to which a classifier can be exported."""
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from typing import List, Optional, Protocol, Sequence, Tuple

import torch
from torch import nn

from rd_plugins.shipping.read import TrainedModel, image_shape
from rd_plugins.utils.errors import UsageError

# The Python modules that each backend needs.
BACKENDS = dict(
    onnxruntime=('mmdeploy', 'onnx', 'onnxruntime'),
    openvino=('mmdeploy', 'onnx', 'openvino'),
    tensorrt=('mmdeploy', 'onnx', 'tensorrt'),
    ncnn=('ncnn', 'pnnx'))
TOLERANCE = 1e-4


@dataclass
class Request:
    """The arguments of ``tools/deploy.py``.

    Args:
        config (str): Path of a config.
        checkpoint (str): Path or address of its checkpoint.
        backend (str): One of :data:`BACKENDS`.
        configs (Path): Folder of the deploy configs.
        out (str, optional): The folder to write. Defaults to None:
            ``work_dirs/NAME_BACKEND``.
        dynamic (bool): Export for batches of any size.
        deploy_cfg (str, optional): Path of a deploy config to use instead of
            one in ``configs``.
        shape (Sequence[int], optional): Height and width of the images.
        test (bool): Measure the accuracy of PyTorch and of the backend.
        int8 (int, optional): Number of images to calibrate an INT8 model on.
            Defaults to None: no INT8 model.
        tolerance (float): The largest allowed relative difference of
            log-probabilities.
        force (bool): Replace a folder that exists.
        verbose (bool): Show what MMDeploy logs.
        cfg_options (dict, optional): Changes to the config.
    """
    config: str
    checkpoint: str
    backend: str
    configs: Path
    out: Optional[str] = None
    dynamic: bool = False
    deploy_cfg: Optional[str] = None
    shape: Optional[Sequence[int]] = None
    test: bool = False
    int8: Optional[int] = None
    tolerance: float = TOLERANCE
    force: bool = False
    verbose: bool = False
    cfg_options: Optional[dict] = None

    def __post_init__(self) -> None:
        self.name = Path(self.config).stem
        self.folder = self.out or f'work_dirs/{self.name}_{self.backend}'


class Exporter(Protocol):
    """Exports a model and builds the runtime of the exported files.

    Attributes:
        shape (tuple[int]): Shape (C, H, W) of an image.
    """
    shape: Tuple[int, int, int]

    @property
    def is_static(self) -> bool:
        """Whether the backend takes one image at a time."""

    def export(self, folder: Path) -> List[str]:
        """Write the backend's files; returns the paths the runtime needs."""

    def runtime(self, files: List[str]) -> nn.Module:
        """The runtime of exported files, as a classifier."""


def check_backend(request: Request) -> None:
    """Check that the backend can run here and has the requested options.

    Raises:
        UsageError: If a package or a GPU is missing, or the backend does not
            support an option.
    """
    backend, int8 = request.backend, request.int8
    if int8 is not None and (backend != 'onnxruntime' or int8 < 1):
        raise UsageError('--int8 IMAGES quantises for --backend onnxruntime '
                         'and needs at least one image.')
    if request.dynamic and backend in ('openvino', 'ncnn'):
        raise UsageError(f'--backend {backend} takes one image at a time; '
                         'leave --dynamic out.')
    if request.deploy_cfg and backend == 'ncnn':
        raise UsageError('--backend ncnn does without MMDeploy; leave '
                         '--deploy-cfg out.')
    needed = BACKENDS[backend] + (('ml_dtypes', ) if int8 else ())
    missing = [name for name in needed if util.find_spec(name) is None]
    if missing:
        raise UsageError(
            f'--backend {backend} needs {", ".join(missing)}, which is not '
            'installed; see docs/deployment.md for the environment.')
    if backend == 'tensorrt' and not torch.cuda.is_available():
        raise UsageError('--backend tensorrt needs a GPU and none is there.')


def build_exporter(request: Request, source: TrainedModel) -> Exporter:
    """Build the exporter of the requested backend."""
    shape = image_shape(source.cfg, request.shape)
    if request.backend == 'ncnn':
        from .ncnn_exporter import NcnnExporter
        return NcnnExporter(source, shape)
    from .mmdeploy_exporter import MMDeployExporter
    mode = 'dynamic' if request.dynamic else 'static'
    default = request.configs / f'classification_{request.backend}_{mode}.py'
    device = 'cuda:0' if request.backend == 'tensorrt' else 'cpu'
    return MMDeployExporter(source, request.deploy_cfg or str(default), shape,
                            device)
