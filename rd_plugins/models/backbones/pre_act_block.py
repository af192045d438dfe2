"""Residual blocks with full pre-activation, gated or not."""
from typing import Iterator, List, Optional, Sequence, Tuple

import torch
import torch.nn.functional as F
from mmcv.cnn import build_conv_layer, build_norm_layer
from mmengine.model import BaseModule
from torch import nn

from rd_plugins.models.layers import StrictIdentity


class PreActBlock(BaseModule):
    """Norm, ReLU and convolution, two or three times, with a shortcut.

    From `Identity Mappings in Deep Residual Networks
    <https://arxiv.org/abs/1603.05027>`_, with a gate on the residual branch.

    Args:
        in_channels (int): Channels of the input.
        convs (Sequence[tuple[int, int, int]]): Output channels, kernel size
            and stride of each convolution.
        pre_activation (str): Where the first norm and ReLU are:
            ``'residual'``, in the residual branch; ``'both'``, before residual
            branch and shortcut; ``'none'``, nowhere, for an input that is
            activated already. Defaults to ``'residual'``.
        shortcut (nn.Module, optional): The module on the shortcut where the
            shape changes. Defaults to None: the identity.
        gate (StrictIdentity, optional): The gate of the residual branch.
            Defaults to None: no gate.
        removed (bool): Build the shortcut without the residual branch, and
            with its pre-activation if that is ``'both'``. Defaults to False.
        conv_cfg (dict, optional): Config of the convolutions.
        norm_cfg (dict): Config of the norms. Defaults to ``dict(type='BN')``.
    """

    def __init__(self,
                 in_channels: int,
                 convs: Sequence[Tuple[int, int, int]],
                 pre_activation: str = 'residual',
                 shortcut: Optional[nn.Module] = None,
                 gate: Optional[StrictIdentity] = None,
                 removed: bool = False,
                 conv_cfg: Optional[dict] = None,
                 norm_cfg: dict = dict(type='BN')) -> None:
        super().__init__()
        self.pre_activation = pre_activation
        self.num_convs = 0 if removed else len(convs)
        self.out_channels = convs[-1][0]
        if removed and pre_activation == 'both':
            self.norm1 = build_norm_layer(norm_cfg, in_channels)[1]
        for number, (channels, kernel, stride) in enumerate(
                convs[:self.num_convs], start=1):
            if number > 1 or pre_activation != 'none':
                self.add_module(f'norm{number}',
                                build_norm_layer(norm_cfg, in_channels)[1])
            self.add_module(
                f'conv{number}',
                build_conv_layer(
                    conv_cfg, in_channels, channels, kernel, stride=stride,
                    padding=kernel // 2, bias=False))
            in_channels = channels
        self.shortcut = nn.Identity() if shortcut is None else shortcut
        self.gate = gate

    @property
    def conv_norm_pairs(self) -> Tuple[Tuple[str, str], ...]:
        """Names of each convolution and the norm that directly follows it."""
        return tuple((f'conv{number}', f'norm{number + 1}')
                     for number in range(1, self.num_convs))

    @property
    def residual_names(self) -> List[str]:
        """Names of the modules that are not needed once the block is dead."""
        return [
            name for number in range(1, self.num_convs + 1)
            for name in (f'norm{number}', f'conv{number}')
            if number > 1 or name == 'conv1'
            or self.pre_activation == 'residual'
        ]

    def residual_parameters(self) -> Iterator[nn.Parameter]:
        """The parameters of these modules."""
        for name in self.residual_names:
            yield from getattr(self, name).parameters()

    def _residual(self, x: torch.Tensor) -> torch.Tensor:
        for number in range(1, self.num_convs + 1):
            if number > 1 or self.pre_activation == 'residual':
                x = F.relu(getattr(self, f'norm{number}')(x), inplace=True)
            x = getattr(self, f'conv{number}')(x)
        return x

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run the block.

        Args:
            x (Tensor): Shape (N, C_in, H, W).

        Returns:
            Tensor: Shape (N, C_out, H / stride, W / stride), not activated.
        """
        if self.pre_activation == 'both':
            x = F.relu(self.norm1(x), inplace=True)
        shortcut = self.shortcut(x)
        if not self.num_convs or (self.gate and self.gate.skipped):
            return shortcut
        residual = self._residual(x)
        return shortcut + (self.gate(residual) if self.gate else residual)
