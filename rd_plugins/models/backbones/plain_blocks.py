"""Blocks of a ResNet without their shortcut."""
from typing import Tuple

import torch
import torch.utils.checkpoint as cp
from mmpretrain.models.backbones.resnet import BasicBlock, Bottleneck
from torch import nn


class _PlainBlock:
    """Turns a residual block of MMPretrain into a plain one.

    The convolutions keep their names, so a plain network can load the weights
    of its residual counterpart and vice versa.

    Args:
        keep_downsample (bool): Keep the addition in this block if it comes
            with a projection. Defaults to False.
        downsample (nn.Module, optional): The projection that
            :class:`ResLayer` prepares for blocks that change the shape. It is
            dropped unless ``keep_downsample``. Defaults to None.
        **kwargs: Passed on to the residual block.
    """

    def __init__(self, *args, keep_downsample: bool = False, downsample=None,
                 **kwargs) -> None:
        if not keep_downsample:
            downsample = None
        super().__init__(*args, downsample=downsample, **kwargs)

    def _layers(self) -> Tuple[Tuple[nn.Module, nn.Module], ...]:
        """The (convolution, norm) pairs in the order of the forward pass."""
        raise NotImplementedError

    def _before_last_relu(self, x: torch.Tensor) -> torch.Tensor:
        *inner, (last_conv, last_norm) = self._layers()
        out = x
        for conv, norm in inner:
            out = self.relu(norm(conv(out)))
        out = last_norm(last_conv(out))
        return out if self.downsample is None else out + self.downsample(x)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run the block.

        Args:
            x (Tensor): Shape (N, C_in, H, W).

        Returns:
            Tensor: Shape (N, C_out, H / stride, W / stride), after ReLU.
        """
        if self.with_cp and x.requires_grad:
            out = cp.checkpoint(
                self._before_last_relu, x, use_reentrant=False)
        else:
            out = self._before_last_relu(x)
        return self.relu(out)

    def _load_from_state_dict(self, state_dict, prefix, *args) -> None:
        # Projections and faded shortcuts of the checkpoint have no counterpart
        # here. They are removed before keys are compared, so that the other
        # weights load strictly and without warnings.
        for name in ('downsample', 'auxiliary'):
            if getattr(self, name, None) is not None:
                continue
            for key in list(state_dict):
                if key.startswith(f'{prefix}{name}.'):
                    del state_dict[key]
        super()._load_from_state_dict(state_dict, prefix, *args)


class PlainBasicBlock(_PlainBlock, BasicBlock):
    """Two 3x3 convolutions in a row; see :class:`_PlainBlock`."""

    def _layers(self):
        return (self.conv1, self.norm1), (self.conv2, self.norm2)


class PlainBottleneck(_PlainBlock, Bottleneck):
    """1x1, 3x3, 1x1 convolutions in a row; see :class:`_PlainBlock`."""

    def _layers(self):
        return ((self.conv1, self.norm1), (self.conv2, self.norm2),
                (self.conv3, self.norm3))
