"""Augmentations of SVHN that compute new pixels, for a whole batch at once."""
import torch
import torch.nn.functional as F

from .transforms import BrightnessContrast, GaussianDeform


class BatchBrightnessContrast:
    """Random brightness and contrast, different for every image.

    Args:
        transform (BrightnessContrast): The transform with the ranges.
    """

    def __init__(self, transform: BrightnessContrast) -> None:
        low, high = transform.contrast
        self.ranges = ((-transform.brightness, 2 * transform.brightness),
                       (low, high - low))

    def draw(self, count: int, generator: torch.Generator) -> torch.Tensor:
        """Random summands and factors, shape (2, count)."""
        share = torch.rand(
            2, count, generator=generator, device=generator.device)
        return torch.stack([
            low + part * length
            for part, (low, length) in zip(share, self.ranges)
        ])

    def apply(self, images: torch.Tensor,
              drawn: torch.Tensor) -> torch.Tensor:
        """Augment images of shape (N, C, H, W), uint8."""
        added, scale = drawn.view(2, -1, 1, 1, 1)
        images = (images.float() + added).clamp(0, 255)
        mean = images.mean((2, 3), keepdim=True)
        return ((images - mean) * scale + mean).clamp(0, 255).byte()


class BatchGaussianDeform:
    """Random deformations, different for every image.

    Unlike OpenCV, this does not round coordinates to 1/32 of a pixel.

    Args:
        transform (GaussianDeform): The transform with the settings.
    """

    def __init__(self, transform: GaussianDeform) -> None:
        self.anchors = transform.anchors.tolist()
        self.max_offset = transform.max_offset
        self.sigma = transform.sigma

    def draw(self, count: int, generator: torch.Generator) -> torch.Tensor:
        """Random offsets (y, x) of the anchors in pixels, (count, A, 2)."""
        share = torch.rand(
            count, len(self.anchors), 2, generator=generator,
            device=generator.device)
        return (2 * share - 1) * self.max_offset

    def apply(self, images: torch.Tensor,
              drawn: torch.Tensor) -> torch.Tensor:
        """Augment images of shape (N, C, H, W), uint8."""
        height, width = images.shape[2:]
        y = torch.arange(height, device=images.device)[:, None]
        x = torch.arange(width, device=images.device)[None, :]
        weights = torch.stack([
            torch.exp(-((y / height - anchor_y)**2 +
                        (x / width - anchor_x)**2) / self.sigma)
            for anchor_y, anchor_x in self.anchors
        ])
        moves = torch.einsum('nak,ahw->nhwk', drawn, weights)
        # From pixels to the units of grid_sample
        places = torch.stack([
            (x + moves[..., 1]) * 2 / (width - 1) - 1,
            (y + moves[..., 0]) * 2 / (height - 1) - 1
        ], dim=-1)
        moved = F.grid_sample(
            images.float(), places, padding_mode='border', align_corners=True)
        return moved.round().byte()


PIXEL_TRANSFORMS = {
    BrightnessContrast: BatchBrightnessContrast,
    GaussianDeform: BatchGaussianDeform
}
