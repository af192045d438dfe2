"""Checks of the runs of ε-ResNets and other networks with gates."""
from mmengine.dist import get_world_size
from mmengine.runner import Runner
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from rd_plugins.engine.hooks import DeadBlockHook, EpsilonScheduleHook
from rd_plugins.engine.parts import backbone_of, hooks_of, schedulers_of
from rd_plugins.engine.schedulers import RestartMultiStepLR
from rd_plugins.models.backbones.gated_network import GatedNetwork
from rd_plugins.utils.errors import UsageError


def _restarts_have_a_cause(runner: Runner) -> None:
    backbone = backbone_of(runner)
    if isinstance(backbone, GatedNetwork) and backbone.gates is None:
        return  # a baseline that inherits the schedule
    restarts = any(scheduler.restarts for scheduler in schedulers_of(
        runner, RestartMultiStepLR))
    if restarts and not hooks_of(runner, DeadBlockHook):
        raise UsageError(
            'RestartMultiStepLR has restart_milestones, but nothing tells it '
            'that a block has closed; add dict(type='
            "'rd_plugins.DeadBlockHook') to custom_hooks, or leave them out.")


def _restarts_have_time(runner: Runner) -> None:
    for scheduler in schedulers_of(runner, RestartMultiStepLR):
        if scheduler.restarts and scheduler.tail >= runner.max_epochs:
            raise UsageError(
                f'RestartMultiStepLR restarts no more in the last '
                f'{scheduler.tail} epochs, and the run has '
                f'{runner.max_epochs}; shorten its milestones with the run, '
                'as --epochs does, set tail, or leave restart_milestones out.')


def _warm_ups_end_first(runner: Runner) -> None:
    """Before the first milestone, which sets the learning rate itself."""
    others = [each for each in schedulers_of(runner)
              if each.param_name == 'lr']
    steps = len(runner.train_dataloader)
    for ours in schedulers_of(runner, RestartMultiStepLR):
        if not ours.milestones:  # the rate stays until a restart
            continue
        first = ours.begin + ours.milestones[0]
        for other in others:
            end = other.end if other.by_epoch else other.end / steps
            if other is not ours and end > first:
                raise UsageError(
                    f'{type(other).__name__} changes the learning rate until '
                    f'epoch {end:.4g}, and RestartMultiStepLR sets it after '
                    f'{first}; let the first end before, or leave it out.')


def _epsilon_schedule_acts(runner: Runner) -> None:
    for hook in hooks_of(runner, EpsilonScheduleHook):
        for name in ('begin', 'end'):
            epoch = getattr(hook, name)
            if epoch is not None and epoch >= runner.max_epochs:
                raise UsageError(
                    f'EpsilonScheduleHook has {name}={epoch}, and the run '
                    f'ends after {runner.max_epochs} epochs; choose an '
                    'earlier one.')


def _ends_in_zeros(block: nn.Module) -> bool:
    norms = [module for name, module in block.named_modules()
             if isinstance(module, _BatchNorm) and 'downsample' not in name]
    return bool(norms and norms[-1].affine and not norms[-1].weight.any())


def _gates_can_close(runner: Runner) -> None:
    backbone = backbone_of(runner)
    gates = getattr(backbone, 'gates', None)
    if gates is None or gates.epsilon or gates.dead.any():
        return
    for hook in hooks_of(runner, (DeadBlockHook, EpsilonScheduleHook)):
        if getattr(hook, 'target', None) is None:
            raise UsageError(
                f'{type(hook).__name__} is there, but with epsilon=0 no gate '
                f'of {type(backbone).__name__} ever closes; set '
                'backbone.epsilon, or give DeadBlockHook a target.')


def _dead_blocks_are_frozen(runner: Runner) -> None:
    """Processes would wait for gradients that never come."""
    backbone = backbone_of(runner)
    if get_world_size() == 1 or not isinstance(backbone, GatedNetwork) or \
            hooks_of(runner, DeadBlockHook):
        return
    if any(each.requires_grad for each in backbone.dead_parameters()):
        raise UsageError(
            'The weights have dead blocks, which get no gradients, and the '
            'run has no DeadBlockHook to freeze them; add dict(type='
            "'rd_plugins.DeadBlockHook') to custom_hooks, or train the "
            'network without them that tools/compress.py writes.')


def _not_all_gates_close(runner: Runner) -> None:
    """Where the last norm of every branch is 0, nothing ever learns."""
    backbone = backbone_of(runner)
    gates = getattr(backbone, 'gates', None)
    if not isinstance(backbone, GatedNetwork) or not (gates and
                                                      gates.epsilon):
        return
    if all(map(_ends_in_zeros, map(backbone.get_submodule, backbone.blocks))):
        raise UsageError(
            f'All blocks of {type(backbone).__name__} begin with a response '
            f'of 0, so every gate closes at epsilon={gates.epsilon} and none '
            'ever learns; set backbone.zero_init_residual=False, load trained '
            'weights, or give DeadBlockHook a target in place of epsilon.')


EPSILON_CHECKS = (_restarts_have_a_cause, _restarts_have_time,
                  _warm_ups_end_first, _epsilon_schedule_acts)
# Of what is there once weights are loaded
LOADED_CHECKS = (_gates_can_close, _dead_blocks_are_frozen,
                 _not_all_gates_close)
