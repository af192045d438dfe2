"""TensorRT, through MMDeploy. Needs a GPU."""
from pathlib import Path
from typing import List, Tuple

import torch

from rd_plugins.shipping.read import TrainedModel
from rd_plugins.utils.errors import UsageError
from ..backend import DYNAMIC, FP16, Exported
from ..onnx_graph import DEPLOY_CFG, OnnxBackend


class TensorRT(OnnxBackend):
    """TensorRT in float32 or float16."""
    name = 'tensorrt'
    packages = ('mmdeploy', 'onnx', 'tensorrt')
    options = (DEPLOY_CFG, DYNAMIC, FP16)
    device = 'cuda:0'
    by_mmdeploy = True

    def check(self) -> None:
        """Check that there is a GPU."""
        super().check()
        if not torch.cuda.is_available():
            raise UsageError(
                '--backend tensorrt needs a GPU and none is there.')

    def export(self, source: TrainedModel, shape: Tuple[int, int, int],
               folder: Path) -> List[Exported]:
        """Write ``end2end.onnx`` and ``end2end.engine``."""
        return self.export_by_mmdeploy(source, shape, folder)
