"""Export to ncnn by pnnx.

MMDeploy's export to ncnn needs a binary that its wheels do not contain.
"""
import subprocess
from pathlib import Path
from typing import List, Optional, Tuple

import ncnn
import pnnx
import torch
from mmengine.model import BaseModel
from mmpretrain.registry import MODELS
from mmpretrain.structures import DataSample
from torch import nn

from rd_plugins.models.utils import folded_copy
from rd_plugins.shipping.read import TrainedModel
from rd_plugins.utils.errors import UsageError


class _Scores(nn.Module):
    """A classifier that maps images to probabilities."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) -> probabilities of shape (N, K)."""
        return self.model(images).softmax(dim=1)


def check_layers(param: str) -> None:
    """Check that pnnx has converted all operations.

    The others are in the file under PyTorch's names, such as ``F.pad``.

    Raises:
        UsageError: If there are others.
    """
    layers = [line.split()[0] for line in
              Path(param).read_text().splitlines()[2:]]
    unknown = sorted({layer for layer in layers if '.' in layer})
    if unknown:
        raise UsageError(
            f'ncnn has no layer for {", ".join(unknown)}. Where a shortcut '
            'that pads is the cause, remove it first: tools/model_converters/'
            'remove_shortcuts.py.')


class NcnnClassifier(BaseModel):
    """A classifier that ncnn runs on the CPU, image by image.

    Args:
        files (list[str]): The ``.param`` and the ``.bin`` file.
        data_preprocessor (dict): Config of the data preprocessor.
    """

    def __init__(self, files: List[str], data_preprocessor: dict) -> None:
        super().__init__(MODELS.build(data_preprocessor))
        self.net = ncnn.Net()
        self.net.opt.use_fp16_packed = False
        self.net.opt.use_fp16_storage = False
        self.net.opt.use_fp16_arithmetic = False
        self.net.opt.use_bf16_storage = False
        param, weights = files
        if self.net.load_param(param) or self.net.load_model(weights):
            raise UsageError(f'ncnn cannot read {param} and {weights}.')

    def forward(self,
                inputs: torch.Tensor,
                data_samples: Optional[List[DataSample]] = None,
                mode: str = 'predict') -> List[DataSample]:
        """Classify images of shape (N, C, H, W)."""
        samples = data_samples or [DataSample() for _ in inputs]
        for image, sample in zip(inputs, samples):
            score = self._run(image)
            sample.set_pred_score(score).set_pred_label(score.argmax())
        return samples

    def _run(self, image: torch.Tensor) -> torch.Tensor:
        with self.net.create_extractor() as extractor:
            # ncnn.Mat refers to memory that NumPy may free; hence the clone.
            array = image.contiguous().float().numpy()
            extractor.input('in0', ncnn.Mat(array).clone())
            _, output = extractor.extract('out0')
            return torch.tensor(output.numpy().copy()).flatten()


class NcnnExporter:
    """Exports a model to ncnn and builds the runtime of the exported files.

    Args:
        source (TrainedModel): The model.
        shape (tuple[int]): Shape (C, H, W) of an image.
    """
    is_static = True

    def __init__(self, source: TrainedModel,
                 shape: Tuple[int, int, int]) -> None:
        self.source = source
        self.shape = shape

    def export(self, folder: Path) -> List[str]:
        """Write ``end2end.param`` and ``end2end.bin``.

        Raises:
            UsageError: If pnnx fails.
        """
        traced = folder / 'traced.pt'
        model = _Scores(folded_copy(self.source.model)).eval()
        images = torch.randn(1, *self.shape)
        torch.jit.trace(model, images).save(str(traced))
        shape = ','.join(map(str, images.shape))
        done = subprocess.run(
            [pnnx.EXEC_PATH, traced, f'inputshape=[{shape}]', 'fp16=0'],
            cwd=folder, capture_output=True, text=True)
        files = []
        for kind in ('param', 'bin'):
            written = folder / f'traced.ncnn.{kind}'
            if not written.is_file():
                raise UsageError(f'pnnx {pnnx.__version__} did not convert '
                                 f'the model: {done.stderr[-300:]}')
            files.append(str(written.rename(folder / f'end2end.{kind}')))
        for rest in folder.glob('traced*'):
            rest.unlink()
        check_layers(files[0])
        return files

    def runtime(self, files: List[str]) -> NcnnClassifier:
        """ncnn's runtime of exported files, as a classifier."""
        preprocessor = dict(self.source.cfg.get('data_preprocessor') or {})
        preprocessor.setdefault('type', 'ClsDataPreprocessor')
        return NcnnClassifier(files, preprocessor)
