"""Export through MMDeploy."""
import os
import sys
from copy import deepcopy
from pathlib import Path
from typing import List, Tuple

import mmdeploy.apis
import numpy as np
import torch
from mmdeploy.apis.utils import build_task_processor, to_backend
from mmdeploy.backend.sdk.export_info import export2SDK
from mmengine.config import Config
from torch import nn

from rd_plugins.shipping.read import TrainedModel
from rd_plugins.utils.errors import UsageError
from .classifier import BackendClassifier
from .preprocessing import LOADER, loads_files, test_pipeline

SAVE_FILE = 'end2end.onnx'


def fill_in_shape(deploy_cfg: Config, shape: Tuple[int, int, int]) -> None:
    """Set the shape (C, H, W) of the images in a deploy config, in place."""
    height, width = shape[1:]
    is_static = not deploy_cfg.onnx_config.get('dynamic_axes')
    deploy_cfg.onnx_config.input_shape = [width, height] if is_static else None
    for inputs in deploy_cfg.backend_config.get('model_inputs', []):
        if 'opt_shapes' in inputs:  # OpenVINO
            inputs.opt_shapes = dict(input=[1, *shape])
        for name, ranges in inputs.get('input_shapes', {}).items():  # TensorRT
            for bound, batched in ranges.items():
                ranges[bound] = [batched[0], *shape]


def completed(cfg: Config) -> Config:
    """A copy of a model's config with what MMDeploy expects there."""
    cfg = deepcopy(cfg)
    pipeline = test_pipeline(cfg)
    if not loads_files(cfg):
        pipeline.insert(0, dict(type=LOADER))
    cfg.test_pipeline = pipeline
    cfg.setdefault('data_preprocessor', {})
    cfg.setdefault('visualizer', dict(type='UniversalVisualizer'))
    cfg.launcher = 'none'
    return cfg


def find_model_optimizer() -> None:
    """Put the folder of Python, with OpenVINO's ``mo``, on the PATH."""
    programs = os.path.dirname(sys.executable)
    if programs not in os.environ['PATH'].split(os.pathsep):
        os.environ['PATH'] = programs + os.pathsep + os.environ['PATH']


def compute_in_float32(wrapper: nn.Module) -> None:
    """Disable bfloat16 in MMDeploy's OpenVINO wrapper, in place.

    OpenVINO uses bfloat16 by default on CPUs that support it.
    """
    wrapper.ie.set_config(dict(ENFORCE_BF16='NO'), 'CPU')
    wrapper.sess = wrapper.ie.load_network(wrapper.net, 'CPU', num_requests=1)


class MMDeployExporter:
    """Exports a model and builds the runtime of the exported files.

    Args:
        source (TrainedModel): The model.
        deploy_cfg (str): Path of a deploy config of task Classification.
        shape (tuple[int]): Shape (C, H, W) of an image.
        device (str): The device of the backend, ``'cpu'`` or ``'cuda:0'``.
    """

    def __init__(self, source: TrainedModel, deploy_cfg: str,
                 shape: Tuple[int, int, int], device: str) -> None:
        self.source = source
        self.model_cfg = completed(source.cfg)
        self.shape = shape
        self.device = device
        self.deploy_cfg = Config.fromfile(deploy_cfg)
        for key in ('onnx_config', 'backend_config'):
            if key not in self.deploy_cfg:
                raise UsageError(f'{deploy_cfg} is no deploy config: it has '
                                 f'no {key}. See configs/deploy.')
        fill_in_shape(self.deploy_cfg, shape)
        if self.is_openvino:
            find_model_optimizer()
        self.processor = build_task_processor(self.model_cfg, self.deploy_cfg,
                                              device)

    @property
    def is_static(self) -> bool:
        """Whether the backend takes one image at a time."""
        return not self.deploy_cfg.onnx_config.get('dynamic_axes')

    @property
    def is_openvino(self) -> bool:
        """Whether the backend is OpenVINO."""
        return self.deploy_cfg.backend_config.type == 'openvino'

    def export(self, folder: Path) -> List[str]:
        """Write the backend's files into a folder.

        ``deploy.json``, ``pipeline.json`` and ``detail.json`` are for
        MMDeploy's SDK.

        Args:
            folder (Path): An existing folder.

        Returns:
            list[str]: The paths that the runtime needs.
        """
        channels, height, width = self.shape
        image = np.random.RandomState(0).randint(
            256, size=(height, width, channels), dtype=np.uint8)
        mmdeploy.apis.torch2onnx(
            image,
            str(folder),
            SAVE_FILE,
            deploy_cfg=self.deploy_cfg,
            model_cfg=self.model_cfg,
            model_checkpoint=self.source.checkpoint,
            device=self.device)
        files = to_backend(
            self.deploy_cfg.backend_config.type, [str(folder / SAVE_FILE)],
            work_dir=str(folder),
            deploy_cfg=self.deploy_cfg,
            device=self.device)
        export2SDK(
            self.deploy_cfg,
            deepcopy(self.model_cfg),  # it takes keys out
            str(folder),
            pth=self.source.checkpoint,
            device=self.device)
        return list(files)

    def runtime(self, files: List[str]) -> nn.Module:
        """MMDeploy's runtime of exported files, as a classifier."""
        model = self.processor.build_backend_model(
            files, self.processor.update_data_preprocessor)
        if self.is_openvino:
            compute_in_float32(model.wrapper)

        def scores(images: torch.Tensor) -> torch.Tensor:
            samples = model(images, mode='predict')
            return torch.stack([sample.pred_score for sample in samples])

        return BackendClassifier(scores, self.source, self.is_static)
