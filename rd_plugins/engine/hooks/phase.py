"""One phase of a staged training, as a pure function of the epoch."""
import math
from dataclasses import dataclass
from typing import Optional, Sequence, Union

from rd_plugins.utils.errors import UsageError, check_choice, check_number


def covers(chosen: str, name: str) -> bool:
    """Whether ``name`` is the chosen module or parameter, or inside it."""
    return name == chosen or name.startswith(f'{chosen}.')


@dataclass(frozen=True)
class Phase:
    """What trains during some epochs, with which loss and learning rate.

    Args:
        name (str): Its name in the log.
        epochs (int): Its length in epochs.
        train (str | Sequence[str]): Names of the modules or parameters that
            train, with everything inside them, such as
            ``['backbone.layer1']``; ``'all'`` for the whole model. Everything
            else is frozen. Defaults to ``'all'``.
        objectives (Sequence[str], optional): Names of the objectives of a
            :class:`Distiller` that are active, such as ``['stage1']``.
            Defaults to None: all objectives of the model.
        loss (str, optional): The same for one objective, or a group of them
            such as ``'finetune'``. Defaults to None.
        lr (float, optional): The initial learning rate, for parameters without
            an ``lr_mult``. Give it to every phase or to none. Defaults to
            None: the ``param_scheduler`` of the config sets it.
        schedule (str): The schedule of the learning rate: ``'step'``
            multiplies it by ``gamma`` after each of the ``milestones``,
            ``'cosine'`` decays it to 0. Defaults to ``'step'``.
        milestones (Sequence[int]): Epochs, counted from the beginning of this
            phase. Defaults to ``()``: a constant learning rate.
        gamma (float): The factor at a milestone. Defaults to 0.1.
        warmup (float): Number of epochs over which the learning rate rises
            linearly from a tenth of its value. Defaults to 0.
        weight_decay (float, optional): The weight decay, for parameters
            without a ``decay_mult``. Defaults to None: the optimizer's.
        reset_optimizer (bool): Whether to clear the optimizer's state
            (momentum) at the beginning. Defaults to True.

    Raises:
        UsageError: If a value is impossible.
    """
    name: str
    epochs: int
    train: Union[str, Sequence[str]] = 'all'
    objectives: Optional[Sequence[str]] = None
    loss: Optional[str] = None
    lr: Optional[float] = None
    schedule: str = 'step'
    milestones: Sequence[int] = ()
    gamma: float = 0.1
    warmup: float = 0
    weight_decay: Optional[float] = None
    reset_optimizer: bool = True

    def __post_init__(self) -> None:
        owner = f'Phase {self.name!r}'
        check_choice(owner, 'schedule', self.schedule, ('step', 'cosine'))
        check_number(owner, 'epochs', self.epochs, at_least=1, whole=True)
        if self.lr is not None:
            check_number(owner, 'lr', self.lr, above=0)
        check_number(owner, 'gamma', self.gamma, above=0)
        check_number(owner, 'warmup', self.warmup, at_least=0,
                     at_most=self.epochs)
        if self.weight_decay is not None:
            check_number(owner, 'weight_decay', self.weight_decay, at_least=0)
        for milestone in self.milestones:
            check_number(owner, 'milestones entry', milestone, above=0,
                         below=self.epochs)
        if self.milestones and self.schedule == 'cosine':
            raise UsageError(f"{owner} has schedule='cosine' and milestones="
                             f'{list(self.milestones)}, which are for '
                             "schedule='step'; leave one of them out.")
        if not self.train or (isinstance(self.train, str)
                              and self.train != 'all'):
            raise UsageError(f"{owner} has train={self.train!r}; give 'all' "
                             'or a list of names.')
        if self.loss is not None and self.objectives is not None:
            raise UsageError(f'{owner} has loss={self.loss!r} and objectives; '
                             'give objectives alone.')
        if isinstance(self.objectives, str):
            raise UsageError(f'{owner} has objectives={self.objectives!r}; '
                             'give a list of names.')
        if self.lr is None and (self.milestones or self.warmup
                                or self.schedule != 'step'):
            raise UsageError(f'{owner} has a schedule but no lr; give both or '
                             'neither.')

    @property
    def active(self) -> Optional[Sequence[str]]:
        """Names of the active objectives; None if the phase names none."""
        return self.objectives if self.loss is None else [self.loss]

    def trains(self, name: str) -> bool:
        """Whether the module or parameter of that name trains."""
        if self.train == 'all':
            return True
        return any(covers(chosen, name) for chosen in self.train)

    def learning_rate(self, epoch: float) -> float:
        """The learning rate after ``epoch`` epochs of this phase.

        Args:
            epoch (float): Epochs since its beginning, with fractions.

        Returns:
            float: The learning rate.
        """
        if self.schedule == 'cosine':
            factor = (1 + math.cos(math.pi * epoch / self.epochs)) / 2
        else:
            factor = self.gamma**sum(epoch >= m for m in self.milestones)
        if epoch < self.warmup:
            factor *= 0.1 + 0.9 * epoch / self.warmup
        return self.lr * factor
