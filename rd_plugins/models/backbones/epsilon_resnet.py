"""Pre-activation ResNets that learn which of their blocks are redundant."""
from typing import Dict, List, Optional, Sequence, Tuple

import torch
import torch.nn.functional as F
from mmcv.cnn import build_conv_layer, build_norm_layer
from mmpretrain.models.backbones.base_backbone import BaseBackbone
from torch import nn

from rd_plugins.models.layers import GateStates, StrictIdentity
from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import UsageError, check_choice
from .pre_act_block import PoolPadShortcut, PreActBlock


class _EpsilonStages(BaseBackbone):
    """What the ε-ResNets share: gates, stages and the forward pass.

    A class that derives from it builds stem and stages with
    :meth:`_add_stage`, and sets ``default_side_block``.
    """

    def __init__(self,
                 num_blocks: int,
                 epsilon: float,
                 gate: bool,
                 gate_scope: str,
                 eval_gates: str,
                 num_stages: int,
                 out_indices: Optional[Sequence[int]],
                 conv_cfg: Optional[dict],
                 norm_cfg: dict,
                 init_cfg) -> None:
        owner = type(self).__name__
        check_choice(owner, 'gate_scope', gate_scope, ('local', 'global'))
        check_choice(owner, 'eval_gates', eval_gates, ('frozen', 'dynamic'))
        if epsilon < 0:
            raise UsageError(f'{owner} got epsilon={epsilon}; it is 0 or '
                             'more, usually from 1.5 to 3.')
        if out_indices is None:
            out_indices = (num_stages - 1, )
        for index in out_indices:
            check_choice(owner, 'out_indices entry', index, range(num_stages))
        super().__init__(init_cfg)
        self.num_blocks = num_blocks
        self.epsilon = epsilon
        self.out_indices = tuple(out_indices)
        self.conv_cfg = conv_cfg
        self.norm_cfg = norm_cfg
        self.gates = GateStates(num_blocks, epsilon, eval_gates,
                                gate_scope) if gate else None
        self.blocks: List[str] = []
        self.res_layers: List[str] = []

    def _add_stage(self, in_channels: int, blocks: Sequence[dict]) -> int:
        """Add a stage.

        Args:
            in_channels (int): Channels of its input.
            blocks (Sequence[dict]): Further arguments of each
                :class:`PreActBlock`.

        Returns:
            int: Channels of its output.
        """
        stage = nn.Sequential()
        name = f'layer{len(self.res_layers) + 1}'
        for index, options in enumerate(blocks):
            gate = self.gates and StrictIdentity(self.gates, len(self.blocks))
            block = PreActBlock(
                in_channels, gate=gate, conv_cfg=self.conv_cfg,
                norm_cfg=self.norm_cfg, **options)
            stage.append(block)
            self.blocks.append(f'{name}.{index}')
            in_channels = block.out_channels
        if len(self.blocks) == self.num_blocks:
            # Within the last stage, so that the stages in a row are all
            # there is after the stem.
            stage.add_module('norm',
                             build_norm_layer(self.norm_cfg, in_channels)[1])
            stage.add_module('relu', nn.ReLU(inplace=True))
        self.add_module(name, stage)
        self.res_layers.append(name)
        return in_channels

    def _make_stem(self, in_channels: int, channels: int, kernel: int,
                   stride: int) -> None:
        self.conv1 = build_conv_layer(
            self.conv_cfg, in_channels, channels, kernel, stride=stride,
            padding=kernel // 2, bias=False)
        self.norm1 = build_norm_layer(self.norm_cfg, channels)[1]

    def _stem(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.norm1(self.conv1(x)), inplace=True)

    def forward(self, x: torch.Tensor) -> Tuple[torch.Tensor, ...]:
        """Run the network.

        Args:
            x (Tensor): Shape (N, C, H, W).

        Returns:
            tuple[Tensor]: The outputs of the stages in ``out_indices``; the
            last stage's is normalised and activated, the others are not.
        """
        return self.forward_with_blocks(x, ())[0]

    def forward_with_blocks(
        self, x: torch.Tensor, names: Sequence[str]
    ) -> Tuple[Tuple[torch.Tensor, ...], Dict[str, torch.Tensor]]:
        """As :meth:`forward`, and the outputs of some blocks by name.

        Args:
            x (Tensor): Shape (N, C, H, W).
            names (Sequence[str]): Which blocks, such as ``('layer2.9', )``.

        Returns:
            tuple: The outputs of the stages, and those of the blocks.
        """
        outputs, of_blocks = [], {}
        x = self._stem(x)
        for index, stage in enumerate(self.res_layers):
            wanted = [name for name in names if name.startswith(f'{stage}.')]
            if not wanted:
                x = getattr(self, stage)(x)
            else:
                for number, module in enumerate(getattr(self, stage)):
                    x = module(x)
                    if f'{stage}.{number}' in wanted:
                        of_blocks[f'{stage}.{number}'] = x
            if index in self.out_indices:
                outputs.append(x)
        if self.gates and self.training:
            self.gates.end_step()
        return tuple(outputs), of_blocks

    def set_epsilon(self, epsilon: float) -> None:
        """Change the threshold of all gates, as a schedule does."""
        if self.gates:
            self.gates.epsilon.fill_(epsilon)

    def dead_blocks(self) -> List[str]:
        """Names of the blocks that training has given up, in order.

        They are not computed and never come back.
        """
        return self._named(self.gates.dead > 0) if self.gates else []

    def closed_blocks(self) -> List[str]:
        """Names of the blocks that evaluation passes over, in order.

        The dead ones, and those that were closed in at least half of the last
        steps. With frozen gates, the network without their residual branches
        is the same function.
        """
        return self._named(self.gates.closed()) if self.gates else []

    def _named(self, which: torch.Tensor) -> List[str]:
        return [
            name for name, chosen in zip(self.blocks, which.tolist()) if chosen
        ]

    def train(self, mode: bool = True):
        """Set the mode and, unlike the base class, return the module."""
        super().train(mode)
        return self


INIT_CFG = [
    dict(type='Kaiming', layer=['Conv2d']),
    dict(type='Constant', val=1, layer=['_BatchNorm', 'GroupNorm'])
]


@MODELS.register_module()
class EpsilonResNet_CIFAR(_EpsilonStages):
    """ε-ResNet for 32 x 32 images, with three stages of n blocks.

    From `Learning Strict Identity Mappings in Deep Residual Networks
    <https://arxiv.org/abs/1804.01661>`_, after its released code. Shortcuts
    have no parameters.

    Args:
        depth (int): 6n+2, such as 110, 200, 302, 500 or 752.
        epsilon (float): A block whose response stays within it is closed. The
            paper uses 2.5 for CIFAR and 1.5 for SVHN. Defaults to 2.5.
        gate (bool): False for the ordinary pre-activation ResNet, with the
            same names of the weights. Defaults to True.
        gate_scope (str): ``'local'``: a gate looks at the images of its own
            process, as in the released code; ``'global'``: at those of all,
            for one small reduction per block. Defaults to ``'local'``.
        eval_gates (str): ``'frozen'``: in evaluation the blocks of
            :meth:`closed_blocks` are passed over and the others are not
            gated, whatever the batch; ``'dynamic'``: gates look at the batch,
            as in the released code. Defaults to ``'frozen'``.
        in_channels (int): Channels of the images. Defaults to 3.
        base_channels (int): Channels of stem and first stage; each later stage
            doubles them. Defaults to 16.
        out_indices (Sequence[int], optional): Output from which stages.
            Defaults to None: the last one.
        conv_cfg (dict, optional): Config of the convolutions.
            Defaults to None.
        norm_cfg (dict): Config of the norms. Defaults to ``dict(type='BN')``.
        init_cfg (dict | list[dict]): Initialisation.

    Raises:
        UsageError: If an argument is none of those allowed.

    Example:
        >>> import torch
        >>> from rd_plugins.models import EpsilonResNet_CIFAR
        >>> self = EpsilonResNet_CIFAR(depth=20).eval()
        >>> self(torch.rand(1, 3, 32, 32))[0].shape
        torch.Size([1, 64, 8, 8])
    """

    def __init__(self,
                 depth: int,
                 epsilon: float = 2.5,
                 gate: bool = True,
                 gate_scope: str = 'local',
                 eval_gates: str = 'frozen',
                 in_channels: int = 3,
                 base_channels: int = 16,
                 out_indices: Optional[Sequence[int]] = None,
                 conv_cfg: Optional[dict] = None,
                 norm_cfg: dict = dict(type='BN'),
                 init_cfg=INIT_CFG) -> None:
        if depth < 8 or depth % 6 != 2:
            raise UsageError(
                f'EpsilonResNet_CIFAR has no depth={depth!r}; it is 6n+2, '
                'such as 20, 110, 200, 302, 500 or 752. For 18, 34, 50, 101 and '
                '152 layers use rd_plugins.EpsilonResNet.')
        count = depth // 6
        super().__init__(3 * count, epsilon, gate, gate_scope, eval_gates, 3,
                         out_indices, conv_cfg, norm_cfg, init_cfg)
        self._make_stem(in_channels, base_channels, kernel=3, stride=1)
        channels = base_channels
        for stage in range(3):
            width = base_channels * 2**stage
            blocks = [dict(convs=[(width, 3, 1)] * 2) for _ in range(count)]
            if stage:
                blocks[0] = dict(
                    convs=[(width, 3, 2), (width, 3, 1)],
                    shortcut=PoolPadShortcut(channels, width, 2))
            else:
                blocks[0]['pre_activation'] = 'none'
            channels = self._add_stage(channels, blocks)
        self.default_side_block = self.blocks[count + count // 2]


@MODELS.register_module()
class EpsilonResNet(_EpsilonStages):
    """ε-ResNet for ImageNet.

    In the first block of a stage, shortcut and residual share the
    pre-activation, and the shortcut is a 1x1 convolution without norm. For
    the source and the other arguments see :class:`EpsilonResNet_CIFAR`.

    Args:
        depth (int): From {18, 34, 50, 101, 152}.
        epsilon (float): A block whose response stays within it is closed. The
            paper uses 2.0 and 2.1 for 101 layers and 1.8 for 152.
            Defaults to 2.0.
        base_channels (int): Channels of stem and first stage; each later stage
            doubles them. Defaults to 64.
        **kwargs: As in :class:`EpsilonResNet_CIFAR`.
    """

    arch_settings = {
        18: (1, (2, 2, 2, 2)),
        34: (1, (3, 4, 6, 3)),
        50: (4, (3, 4, 6, 3)),
        101: (4, (3, 4, 23, 3)),
        152: (4, (3, 8, 36, 3))
    }

    def __init__(self,
                 depth: int,
                 epsilon: float = 2.0,
                 gate: bool = True,
                 gate_scope: str = 'local',
                 eval_gates: str = 'frozen',
                 in_channels: int = 3,
                 base_channels: int = 64,
                 out_indices: Optional[Sequence[int]] = None,
                 conv_cfg: Optional[dict] = None,
                 norm_cfg: dict = dict(type='BN'),
                 init_cfg=INIT_CFG) -> None:
        check_choice(
            'EpsilonResNet', 'depth', depth, self.arch_settings,
            'For 6n+2 layers use rd_plugins.EpsilonResNet_CIFAR.')
        expansion, counts = self.arch_settings[depth]
        super().__init__(
            sum(counts), epsilon, gate, gate_scope, eval_gates, 4,
            out_indices, conv_cfg, norm_cfg, init_cfg)
        self._make_stem(in_channels, base_channels, kernel=7, stride=2)
        channels = base_channels
        for stage, count in enumerate(counts):
            width = base_channels * 2**stage
            blocks = [
                dict(convs=self._convs(width, expansion))
                for _ in range(count)
            ]
            blocks[0] = self._first_block(channels, width, expansion, stage)
            channels = self._add_stage(channels, blocks)
        self.default_side_block = self.blocks[sum(counts) // 2 - 1]

    @staticmethod
    def _convs(width: int, expansion: int, stride: int = 1) -> list:
        if expansion == 1:
            return [(width, 3, stride), (width, 3, 1)]
        return [(width, 1, 1), (width, 3, stride), (width * expansion, 1, 1)]

    def _first_block(self, channels: int, width: int, expansion: int,
                     stage: int) -> dict:
        stride = 2 if stage else 1
        shortcut = None
        if stride > 1 or channels != width * expansion:
            shortcut = build_conv_layer(
                self.conv_cfg, channels, width * expansion, 1, stride=stride,
                bias=False)
        return dict(
            convs=self._convs(width, expansion, stride),
            pre_activation='both' if stage else 'none',
            shortcut=shortcut)

    def _stem(self, x: torch.Tensor) -> torch.Tensor:
        return F.max_pool2d(super()._stem(x), 3, stride=2, padding=1)
