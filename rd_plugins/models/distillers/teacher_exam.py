"""Whether a teacher knows what it is to teach."""
import torch
from torch import nn

from rd_plugins.utils.errors import UsageError
from .frozen_teacher import FrozenTeacher

# Images that are looked at, and the part of the way from chance to perfection
# that a teacher must have gone on them
IMAGES = 256
PART = 0.1


class TeacherExam:
    """Refuses a frozen teacher that is near chance on the first images.

    Weights of other data, of another order of the classes, with another
    normalisation or for other shortcuts load without an error. Images whose
    labels are mixed are passed over, and so are teachers without a head.
    """

    def __init__(self) -> None:
        self.seen = self.right = 0

    @torch.compiler.disable
    @torch.no_grad()
    def look(self, teacher: object, inputs: torch.Tensor,
             data_samples: list) -> None:
        """Look at a batch, until enough images are seen.

        Args:
            teacher (Teacher): The teacher, loaded.
            inputs (Tensor): Shape (N, C, H, W), as the student reads them.
            data_samples (list[DataSample]): The N annotations.

        Raises:
            UsageError: If the teacher is near chance.
        """
        if self.seen >= IMAGES or not isinstance(teacher, FrozenTeacher):
            return
        labels = [sample.get('gt_label') for sample in data_samples or ()]
        network: nn.Module = teacher.model
        if not labels or not network.with_head or any(
                label is None or label.numel() != 1 for label in labels):
            return
        logits = network(teacher.normalised(inputs))
        predicted = logits.argmax(dim=1)
        labels = torch.cat(labels).to(predicted)
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
