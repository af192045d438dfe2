"""Runs all checks once everything is built, before the first step."""
from mmengine.dist import all_gather_object, all_reduce
from mmengine.hooks import Hook
from mmengine.runner import BaseLoop, EpochBasedTrainLoop, Runner

from rd_plugins.engine.parts import backbone_of
from rd_plugins.utils.errors import UsageError
from . import data_checks, method_checks, number_checks
from .epsilon_checks import LOADED_CHECKS

# Every check is a function of the built Runner.
CHECKS = (*method_checks.CHECKS, *number_checks.CHECKS, *data_checks.CHECKS)


class RunCheckHook(Hook):
    """Refuses a run that would train nonsense without a word.

    Many mistakes leave a config that builds and trains: a method without the
    hook that drives it, a schedule that never acts, more classes than the
    data has. ``tools/train.py`` adds this hook to every run; it looks at the
    built Runner, so it does not matter where in a config a part comes from.

    Attributes:
        has_begun (bool): Whether a step has been trained.
    """

    priority = 'HIGHEST'

    def __init__(self) -> None:
        self.has_begun = False

    def before_run(self, runner: Runner) -> None:
        """Check what is built, before weights are loaded."""
        for loop in (runner._train_loop, runner._val_loop, runner._test_loop):
            if isinstance(loop, BaseLoop):
                data_checks.name_images(loop.dataloader.dataset)
        if isinstance(runner._train_loop, BaseLoop):
            for check in CHECKS:
                check(runner)

    def before_train(self, runner: Runner) -> None:
        """Check what has been loaded."""
        for check in LOADED_CHECKS:
            check(runner)
        self._check_start(runner)
        self._check_steps(runner)

    @staticmethod
    def _check_start(runner: Runner) -> None:
        steps = sorted(set(all_gather_object(runner.iter)))
        if len(steps) > 1:
            raise UsageError(
                'The processes would go on after '
                f'{" and ".join(map(str, steps))} steps: they do not see the '
                f'same checkpoints in {runner.work_dir}. Let the nodes share '
                'that folder, or copy it to all of them.')

    @staticmethod
    def _check_steps(runner: Runner) -> None:
        if not isinstance(runner.train_loop, EpochBasedTrainLoop):
            return
        steps = len(runner.train_dataloader)
        if runner.iter != runner.epoch * steps:
            raise UsageError(
                f'The checkpoint has {runner.iter} steps in {runner.epoch} '
                f'epochs, and this run {steps} in each: schedules count steps '
                'and would be wrong from here on. Resume with the batch '
                'size, number of processes and images of before, or begin a '
                'run with its weights: --cfg-options load_from=CHECKPOINT.')

    def after_train_iter(self, *args, **kwargs) -> None:
        """Remember that the run has begun."""
        self.has_begun = True

    def after_train_epoch(self, runner: Runner) -> None:
        """Stop if no block of an ε-ResNet is open any more."""
        gates = getattr(backbone_of(runner), 'gates', None)
        if gates is None or not len(gates.dead):
            return
        all_closed = gates.closed().all().long()
        all_reduce(all_closed, 'min')
        if all_closed:
            raise UsageError(
                f'All {len(gates.dead)} blocks are closed after epoch '
                f'{runner.epoch + 1} at epsilon={float(gates.epsilon):g}: '
                'only stem and head are left. Choose a smaller epsilon.')
