"""OpenVINO, on the CPU."""
from pathlib import Path
from typing import List, Tuple

import torch

from rd_plugins.shipping.read import TrainedModel
from rd_plugins.utils.errors import UsageError
from ..backend import DYNAMIC, FP16, Exported
from ..classifier import BackendClassifier
from ..onnx_graph import OnnxBackend


class OpenVINO(OnnxBackend):
    """OpenVINO, computing in float32."""
    name = 'openvino'
    packages = ('onnx', 'openvino')
    options = (*OnnxBackend.options, DYNAMIC, FP16)

    def check(self) -> None:
        """MMDeploy's runtime of OpenVINO takes one image at a time."""
        super().check()
        if self.by_mmdeploy and self.is_dynamic:
            raise UsageError('--backend openvino takes one image at a time '
                             'with MMDeploy; leave --dynamic out, or '
                             'dynamic_axes of a deploy config.')

    def export(self, source: TrainedModel, shape: Tuple[int, int, int],
               folder: Path) -> List[Exported]:
        """Write ``end2end.onnx``, ``end2end.xml`` and ``end2end.bin``."""
        if self.by_mmdeploy:
            return self.export_by_mmdeploy(source, shape, folder)
        import openvino
        graph = self.write_graph(source, shape, folder)
        target = folder / 'end2end.xml'
        openvino.save_model(
            openvino.convert_model(graph), target,
            compress_to_fp16=bool(self.given(FP16)))
        # The default is bfloat16 on CPUs that support it.
        network = openvino.Core().compile_model(
            target, 'CPU', dict(INFERENCE_PRECISION_HINT='f32'))

        def scores(images: torch.Tensor) -> torch.Tensor:
            return torch.from_numpy(network([images.float().numpy()])[0])

        runtime = BackendClassifier(scores, source, not self.is_dynamic)
        return [Exported(self.name, [target, target.with_suffix('.bin')],
                         runtime)]
