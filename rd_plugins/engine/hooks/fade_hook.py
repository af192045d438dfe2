"""Tells backbones with fading shortcuts how far the run is."""
from mmengine.hooks import Hook

from rd_plugins.engine.wrapping import unwrap_model
from rd_plugins.models.backbones.fading_blocks import FadingStages
from rd_plugins.registry import HOOKS


@HOOKS.register_module()
class FadeHook(Hook):
    """Lets shortcuts fade with the progress of the run.

    Every backbone with ``shortcut='fading'`` is told before each step which
    part of the whole run is done, whatever phases it has; its ``fade`` says
    what follows from that. A model without such a backbone is left alone.
    ``configs/_base_/default_runtime.py`` puts the hook among the default
    hooks.
    """

    # Before the step, and before an EMA looks at the model.
    priority = 'HIGH'

    def before_train(self, runner) -> None:
        """Find the backbones."""
        self._backbones = [
            module for module in unwrap_model(runner).modules()
            if isinstance(module, FadingStages) and module.fade is not None
        ]

    def before_train_iter(self, runner, batch_idx: int,
                          data_batch=None) -> None:
        """Tell them."""
        for backbone in self._backbones:
            backbone.set_progress(runner.iter / runner.max_iters)
