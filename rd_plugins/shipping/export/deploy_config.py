"""Deploy configs, as MMDeploy reads them."""
from typing import Tuple

from mmengine.config import Config

from rd_plugins.engine.config_file import read_config
from rd_plugins.utils.errors import UsageError


def read_deploy_config(path: str) -> Config:
    """Read a deploy config.

    Raises:
        UsageError: If there is none, or it is a config of something else.
    """
    deploy_cfg = read_config(path)
    for key in ('onnx_config', 'backend_config'):
        if key not in deploy_cfg:
            raise UsageError(f'{path} is no deploy config: it has no {key}. '
                             'See configs/deploy.')
    return deploy_cfg


def takes_any_batch(deploy_cfg: Config) -> bool:
    """Whether it asks for a graph that takes batches of any size."""
    return bool(deploy_cfg.onnx_config.get('dynamic_axes'))


def rounds_to_fp16(deploy_cfg: Config) -> bool:
    """Whether it stores weights, or computes, in float16."""
    backend = deploy_cfg.backend_config
    of_openvino = backend.get('mo_options', {}).get('args', {})
    return bool(backend.get('common_config', {}).get('fp16_mode')
                or of_openvino.get('--compress_to_fp16') == 'True')


def fill_in_shape(deploy_cfg: Config, shape: Tuple[int, int, int]) -> None:
    """Set the shape (C, H, W) of the images in a deploy config, in place."""
    height, width = shape[1:]
    deploy_cfg.onnx_config.input_shape = (
        None if takes_any_batch(deploy_cfg) else [width, height])
    for inputs in deploy_cfg.backend_config.get('model_inputs', []):
        if 'opt_shapes' in inputs:  # OpenVINO
            inputs.opt_shapes = dict(input=[1, *shape])
        for name, ranges in inputs.get('input_shapes', {}).items():  # TensorRT
            for bound, batched in ranges.items():
                ranges[bound] = [batched[0], *shape]
