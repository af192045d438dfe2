"""The size of a run's network."""
from mmengine.config import Config

from rd_plugins.engine.launch import build_model
from rd_plugins.shipping.read import image_shape
from rd_plugins.utils.measure import count_macs_and_params
from .run import Run


def measured_size(run: Run) -> dict:
    """Parameters and multiply-accumulates per image of the tested network."""
    cfg = Config.fromfile(run.row.test_config)
    macs, params = count_macs_and_params(
        build_model(cfg).eval(), image_shape(cfg))
    return dict(params=params, macs=macs)
