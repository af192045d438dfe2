"""Passes the progress of the run to backbones with fading shortcuts."""
from typing import List

from mmengine.hooks import Hook
from mmengine.logging import MessageHub

from rd_plugins.engine.parts import hooks_of
from rd_plugins.engine.wrapping import rebuild, unwrap_model
from rd_plugins.models.backbones.fading_blocks import FadingStages
from rd_plugins.models.layers import FadingShortcut
from rd_plugins.registry import HOOKS
from .phase_checks import (check_fades, check_fading_blocks_train,
                           check_shortcuts_go, span_of)
from .phase_hook import PhaseHook


@HOOKS.register_module()
class FadeHook(Hook):
    """Fades shortcuts with the progress of the run.

    Before each step, every backbone with ``shortcut='fading'`` gets the
    fraction of the whole run that is done; its ``fade`` turns that into
    weights. With a :class:`PhaseHook` each stage can fade in its own phase.
    Other models are not changed. ``configs/_base_/default_runtime.py`` puts
    the hook among the default hooks.
    """

    # Before the step, and before an EMA looks at the model.
    priority = 'HIGH'

    def before_run(self, runner) -> None:
        """Let objectives see this run's progress, not that of another one.

        MMEngine takes the Runner that was built last for the current one.
        """
        MessageHub._instance_dict.move_to_end(runner.message_hub.instance_name)

    def before_train(self, runner) -> None:
        """Find the backbones with fading shortcuts.

        Raises:
            UsageError: If a phase freezes a block whose shortcut fades, if
                stages fade by phase without one, or if shortcuts are left
                when the run ends.
        """
        backbones = {
            name: module for name, module in unwrap_model(
                runner).named_modules()
            if isinstance(module, FadingStages) and module.fade is not None
        }
        phases = [phase for hook in hooks_of(runner, PhaseHook)
                  for phase in hook.phases]
        for name, backbone in backbones.items():
            if backbone.fade.by == 'phase':
                backbone.fade_in([span_of(f'{name}.{stage}', phases)
                                  for stage in backbone.res_layers])
            check_fades(phases, name, backbone)
            check_fading_blocks_train(phases, name, backbone)
            check_shortcuts_go(backbone, runner.max_iters)
        self._backbones = list(backbones.values())

    def before_train_iter(self, runner, batch_idx: int,
                          data_batch=None) -> None:
        """Set their progress."""
        is_compiled = runner.cfg.get('compile')
        before = is_compiled and self._gone()
        for backbone in self._backbones:
            backbone.set_progress(runner.iter / runner.max_iters)
        if is_compiled and self._gone() != before:
            rebuild(runner)  # torch.compile keeps only so many versions

    def _gone(self) -> List[bool]:
        return [module.is_gone for backbone in self._backbones
                for module in backbone.modules()
                if isinstance(module, FadingShortcut)]
