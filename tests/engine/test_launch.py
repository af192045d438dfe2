"""What is added to MMPretrain's own tools."""
from mmengine.config import Config

from rd_plugins.engine.launch import drop_hooks


def test_hooks_that_a_config_adds_can_be_taken_out():
    """MMEngine leaves out its own; it stops at others that are None."""
    cfg = Config(
        dict(
            default_hooks=dict(
                timer=None,
                epoch_seed=None,
                logger=dict(type='LoggerHook'))))
    drop_hooks(cfg)
    assert dict(cfg.default_hooks) == dict(
        timer=None, logger=dict(type='LoggerHook'))
