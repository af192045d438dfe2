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

from rd_plugins.shipping.read import TrainedModel, preprocessor_cfg
from .classifier import BackendClassifier
from .deploy_config import fill_in_shape, read_deploy_config, takes_any_batch
from .preprocessing import channel_order, steps_for_files

SAVE_FILE = 'end2end.onnx'


def completed(cfg: Config, shape: Tuple[int, int, int]) -> Config:
    """A copy of a model's config with what MMDeploy expects there.

    Args:
        cfg (Config): Config of a classifier.
        shape (tuple[int]): Shape (C, H, W) of its images.
    """
    cfg = deepcopy(cfg)
    cfg.test_pipeline = steps_for_files(cfg, shape)
    # MMDeploy's SDK reads BGR from files.
    cfg.data_preprocessor = dict(
        preprocessor_cfg(cfg), to_rgb=channel_order(cfg, shape[0]) == 'RGB')
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
        self.model_cfg = completed(source.cfg, shape)
        self.shape = shape
        self.device = device
        self.deploy_cfg = read_deploy_config(deploy_cfg)
        fill_in_shape(self.deploy_cfg, shape)
        if self.is_openvino:
            find_model_optimizer()
        self.processor = build_task_processor(self.model_cfg, self.deploy_cfg,
                                              device)

    @property
    def is_static(self) -> bool:
        """Whether the backend takes one image at a time."""
        return not takes_any_batch(self.deploy_cfg)

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
