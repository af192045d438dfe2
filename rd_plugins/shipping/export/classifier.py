"""What all backends have in common: images in, probabilities out."""
from typing import Callable, List, Optional

import torch
from mmengine.model import BaseModel
from mmpretrain.models.heads import MultiLabelClsHead, MultiTaskHead
from mmpretrain.structures import DataSample
from torch import nn

from rd_plugins.models.utils import folded_if_possible
from rd_plugins.shipping.read import TrainedModel, build_preprocessor
from rd_plugins.utils.errors import UsageError


def check_one_label(model: nn.Module) -> None:
    """Check that there is a head, and that one class is right for each image.

    Raises:
        UsageError: If not.
    """
    if getattr(model, 'head', None) is None:
        raise UsageError(
            f'{type(model).__name__} has no head of its own; what is exported '
            'here is an ImageClassifier with backbone and head, such as '
            'TIMMBackbone with LinearClsHead.')
    if isinstance(model.head, (MultiLabelClsHead, MultiTaskHead)):
        raise UsageError(
            f'{type(model.head).__name__} gives several labels to an image, '
            'and what is exported here ends in the probabilities of classes '
            'of which one is right. Nothing was written.')


class Probabilities(nn.Module):
    """A classifier that maps images to probabilities, with norms folded.

    Where they cannot be, they stay.

    Args:
        model (nn.Module): The classifier; not changed.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = folded_if_possible(model)
        self.eval()

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) -> probabilities of shape (N, K)."""
        return self.model(input).softmax(dim=1)


class BackendClassifier(BaseModel):
    """A classifier whose probabilities a backend computes.

    Args:
        scores (Callable): Maps normalised images (N, C, H, W) to
            probabilities (N, K).
        source (TrainedModel): The model, for its data preprocessor.
        one_by_one (bool): Whether the backend takes one image at a time.
    """

    def __init__(self, scores: Callable[[torch.Tensor], torch.Tensor],
                 source: TrainedModel, one_by_one: bool) -> None:
        super().__init__(build_preprocessor(source.cfg))
        self.scores = scores
        self.one_by_one = one_by_one

    def forward(self,
                inputs: torch.Tensor,
                data_samples: Optional[List[DataSample]] = None,
                mode: str = 'predict') -> List[DataSample]:
        """Classify images of shape (N, C, H, W)."""
        samples = data_samples or [DataSample() for _ in inputs]
        inputs = inputs.cpu()  # the Runner's preprocessor is on the GPU
        batches = inputs.split(1) if self.one_by_one else [inputs]
        scores = torch.cat([self.scores(batch) for batch in batches])
        for score, sample in zip(scores, samples, strict=True):
            sample.set_pred_score(score).set_pred_label(score.argmax())
        return samples
