"""Whether a teacher knows what it is to teach."""
from typing import Optional

import torch
from torch import nn

from rd_plugins.utils.errors import UsageError
from .frozen_teacher import FrozenTeacher

# Images that are looked at, and the part of the way from chance to perfection
# that a teacher must have gone on them
IMAGES = 256
PART = 0.1
# Images after which it ends without a judgement, where all are mixed
PATIENCE = 10 * IMAGES


def _labels(data_samples: list) -> Optional[torch.Tensor]:
    """The labels of a batch, shape (N, ), one for each image.

    None if there are none, or several for an image, or mixed ones.

    One sample may hold those of all images, as :class:`DeviceLoader` gives
    them. Mixup and CutMix leave the label and mix the score.
    """
    labels = [sample.get('gt_label') for sample in data_samples or ()]
    scores = [sample.get('gt_score') for sample in data_samples or ()]
    is_mixed = any(score is not None and score.max() < 1 for score in scores)
    if not labels or is_mixed or any(label is None for label in labels):
        return None
    if len(labels) > 1 and any(label.numel() != 1 for label in labels):
        return None
    return torch.cat([label.flatten() for label in labels])


class TeacherExam:
    """Refuses a frozen teacher that is near chance on the first images.

    Weights of other data, of another order of the classes, with another
    normalisation or for other shortcuts load without an error. Images whose
    labels are mixed are passed over, and so are teachers without a head.
    """

    def __init__(self) -> None:
        self.passed = self.seen = self.right = 0

    @property
    def is_over(self) -> bool:
        """Whether no further image is looked at."""
        return self.seen >= IMAGES or self.passed >= PATIENCE

    @torch.compiler.disable
    @torch.no_grad()
    def look(self, teacher: FrozenTeacher, inputs: torch.Tensor,
             data_samples: list) -> None:
        """Look at a batch, until enough images are seen.

        Args:
            teacher (FrozenTeacher): The teacher, loaded.
            inputs (Tensor): Shape (N, C, H, W), as the student reads them.
            data_samples (list[DataSample]): The N annotations, or one that
                holds them all.

        Raises:
            UsageError: If the teacher is near chance.
        """
        self.passed += len(inputs)
        labels = _labels(data_samples)
        network: nn.Module = teacher.model
        if labels is None or len(labels) != len(inputs) or \
                not network.with_head:
            return
        logits = network(teacher.normalised(inputs))
        predicted = logits.argmax(dim=1)
        labels = labels.to(predicted)
        self.right += int((predicted == labels).sum())
        self.seen += len(labels)
        if self.seen >= IMAGES:
            self._judge(teacher, logits.shape[1])

    def _judge(self, teacher: FrozenTeacher, classes: int) -> None:
        chance = 1 / classes
        if self.right / self.seen > chance + PART * (1 - chance):
            return
        raise UsageError(
            f'The teacher {teacher.checkpoint} is right on {self.right} of '
            f'the first {self.seen} training images, which is near chance for '
            f'{classes} classes. Its weights are of other data, another '
            'normalisation, another order of the classes or other shortcuts; '
            'give those that belong to its config. model.check_teacher=False '
            'takes it as it is.')
