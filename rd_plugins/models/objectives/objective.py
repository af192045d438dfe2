"""The base of what a student is trained for."""
from typing import Dict, Sequence

import torch
from torch import nn

from rd_plugins.utils.errors import UsageError
from .step import Step


class Objective(nn.Module):
    """A term of the loss of a :class:`Distiller`.

    It says by class attributes what it reads, and computes its losses from a
    :class:`Step`, which computes whatever is read once for all objectives.
    Parameters of its own are trained and saved under
    ``auxiliary.NAME`` and are not part of what is published.

    Args:
        name (str): What a phase calls it.

    Attributes:
        reads_teacher (bool): Whether it needs a teacher.
        reads_stages (bool): Whether student and teacher, if there is one,
            have to be made of stages.
        reads_pre_activation (bool): Whether it reads what enters the last
            activation of student and teacher.
        reads_blocks (Sequence[str]): The modules of the student's backbone
            whose outputs it reads, by name.
    """
    reads_teacher = True
    reads_stages = False
    reads_pre_activation = False
    reads_blocks: Sequence[str] = ()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def attach(self, distiller: nn.Module) -> None:
        """Check a distiller's student and teacher; build what depends on them.

        Args:
            distiller (Distiller): It is built but for its objectives.

        Raises:
            UsageError: If this objective has no meaning for them.
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
            step (Step): What is known of the batch.

        Returns:
            dict[str, Tensor]: What has "loss" in its name is added up; the
            rest is logged.
        """
        raise NotImplementedError


def check_same_classes(objective: Objective, distiller: nn.Module) -> None:
    """Refuse a teacher that knows other classes than the student.

    Raises:
        UsageError: If their numbers differ.
    """
    ours, theirs = (
        getattr(network.head, 'num_classes', None)
        for network in (distiller, distiller.teacher_architecture))
    if ours != theirs:
        raise UsageError(
            f'The student has {ours} classes and the teacher {theirs}, and '
            f'{type(objective).__name__} compares their predictions; set '
            'num_classes of both heads to that of your data.')


def check_same_stages(objective: Objective, distiller: nn.Module) -> None:
    """Refuse a teacher with another number of stages.

    Raises:
        UsageError: If they differ.
    """
    ours, theirs = len(distiller.stages), len(distiller.teacher_stages)
    if ours != theirs:
        raise UsageError(
            f'The student has {ours} stages and the teacher {theirs}, and '
            f'{type(objective).__name__} pairs them; choose a teacher of the '
            'same family, or train with LogitLoss alone.')
