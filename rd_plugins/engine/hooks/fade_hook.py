"""Passes the progress of the run to backbones with fading shortcuts."""
from typing import List

from mmengine.hooks import Hook

from rd_plugins.engine.wrapping import rebuild, unwrap_model
from rd_plugins.models.backbones.fading_blocks import FadingStages
from rd_plugins.models.layers import FadingShortcut
from rd_plugins.registry import HOOKS


@HOOKS.register_module()
class FadeHook(Hook):
    """Fades shortcuts with the progress of the run.

    Before each step, every backbone with ``shortcut='fading'`` gets the
    fraction of the whole run that is done, also in a run with phases; its
    ``fade`` turns that into weights. Other models are not changed.
    ``configs/_base_/default_runtime.py`` puts the hook among the default
    hooks.
    """

    # Before the step, and before an EMA looks at the model.
    priority = 'HIGH'

    def before_train(self, runner) -> None:
        """Find the backbones with fading shortcuts."""
        self._backbones = [
            module for module in unwrap_model(runner).modules()
            if isinstance(module, FadingStages) and module.fade is not None
        ]

    def before_train_iter(self, runner, batch_idx: int,
                          data_batch=None) -> None:
        """Set their progress."""
        before = self._gone()
        for backbone in self._backbones:
            backbone.set_progress(runner.iter / runner.max_iters)
        if runner.cfg.get('compile') and self._gone() != before:
            rebuild(runner)  # torch.compile gives up after eight versions

    def _gone(self) -> List[bool]:
        return [module.is_gone for backbone in self._backbones
                for module in backbone.modules()
                if isinstance(module, FadingShortcut)]
