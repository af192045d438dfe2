"""The size of a run's network."""
from rd_plugins.engine.launch import build_model
from rd_plugins.shipping.read import image_shape
from rd_plugins.utils.checkpoint import load_weights
from rd_plugins.utils.measure import count_macs_and_params
from .run import Run


def measured_size(run: Run) -> dict:
    """Parameters and multiply-accumulates per image of the tested network.

    Without the dead blocks of an ε-ResNet, which are not computed.
    """
    cfg = run.test_config()
    model = build_model(cfg)
    load_weights(run.checkpoint(), model)
    macs, params = count_macs_and_params(model.eval(), image_shape(cfg))
    dead = getattr(model.backbone, 'dead_parameters', tuple)()
    return dict(params=params - sum(each.numel() for each in dead), macs=macs)
