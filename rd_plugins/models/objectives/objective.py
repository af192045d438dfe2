"""The base class of objectives."""
from typing import Dict, Optional, Sequence

import torch
from torch import nn

from rd_plugins.utils.errors import UsageError
from .step import Step


def weighted(losses: dict, weight: float) -> dict:
    """What the loss of a head returns, with its losses times a weight.

    MMEngine sums whatever has "loss" in its key: tensors, and lists of them.
    """
    return {
        key: value if 'loss' not in key else
        [weight * each for each in value] if isinstance(value, list) else
        weight * value
        for key, value in losses.items()
    }


def under_name(losses: dict, name: str) -> dict:
    """What the loss of another head returns, beside the student's own."""
    return {f'loss_{name}' if key == 'loss' else f'{name}_{key}': value
            for key, value in losses.items()}


class Objective(nn.Module):
    """A term of the loss of a :class:`Distiller`.

    Its class attributes declare what it reads. It computes its losses from a
    :class:`Step`, which computes everything once for all objectives. Its own
    parameters are trained and saved under ``auxiliary.NAME`` and are not
    published; it initialises them itself, when they are built: no ``init_cfg``
    is read there.

    Args:
        name (str): Its name, by which a phase activates it. Without "loss":
            what it logs beside its losses would be added to them.

    Raises:
        UsageError: If a module cannot have that name.

    Attributes:
        reads_teacher (bool): Whether it needs a teacher.
        reads_predictions (bool): Whether the teacher must have the student's
            classes.
        reads_stages (bool): Whether student and teacher, if there is one,
            must have stages.
        reads_pre_activation (bool): Whether it reads the input of the last
            activation of student and teacher.
        reads_blocks (Sequence[str]): The modules of the student's backbone
            whose outputs it reads, by name.
    """
    reads_teacher = True
    reads_predictions = False
    reads_stages = False
    reads_pre_activation = False
    reads_blocks: Sequence[str] = ()

    def __init__(self, name: str) -> None:
        super().__init__()
        if not name or 'loss' in name or '.' in name or \
                hasattr(nn.ModuleDict, name):
            raise UsageError(
                f'{type(self).__name__} cannot be called {name!r}; give '
                'another name, without a dot and without "loss".')
        self.name = name

    def attach(self, distiller: nn.Module) -> None:
        """Check student and teacher, and build modules that depend on them.

        Args:
            distiller (Distiller): Student and teacher are built; objectives
                may be missing.

        Raises:
            UsageError: If the objective does not fit student and teacher.
        """

    def paired_stages(self, count: int) -> Sequence[int]:
        """The stages in which student and teacher must have equal shapes.

        Args:
            count (int): How many stages the student has.

        Returns:
            Sequence[int]: Their numbers, counted from 1.
        """
        return ()

    def forward(self, step: Step) -> Dict[str, torch.Tensor]:
        """Compute the losses of a batch.

        Args:
            step (Step): The batch in student, teacher and hybrids.

        Returns:
            dict[str, Tensor]: Values with "loss" in their names are summed;
            the others are logged only.
        """
        raise NotImplementedError


def classes_of(classifier: nn.Module) -> Optional[int]:
    """The number of classes of a classifier; None if no head says it."""
    return getattr(getattr(classifier, 'head', None), 'num_classes', None)


def check_same_classes(objective: Objective, distiller: nn.Module) -> None:
    """Check that student and teacher have the same number of classes.

    Raises:
        UsageError: If the numbers differ.
    """
    ours, theirs = map(classes_of,
                       (distiller, distiller.teacher_architecture))
    if ours != theirs:
        raise UsageError(
            f'The student has {ours} classes and the teacher {theirs}, and '
            f'{type(objective).__name__} compares their predictions; set '
            'num_classes of both heads to that of your data.')


def check_same_stages(objective: Objective, distiller: nn.Module) -> None:
    """Check that student and teacher have the same number of stages.

    Raises:
        UsageError: If the numbers differ.
    """
    ours, theirs = len(distiller.stages), len(distiller.teacher_stages)
    if ours != theirs:
        raise UsageError(
            f'The student has {ours} stages and the teacher {theirs}, and '
            f'{type(objective).__name__} pairs them; choose a teacher of the '
            'same family, or train with LogitLoss alone.')
