"""ResNets whose blocks have no shortcut."""
from functools import partial
from typing import Optional

from mmpretrain.models.backbones import ResNet, ResNet_CIFAR
from torch import nn

from rd_plugins.models.utils.fold import Deployable
from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import check_choice
from .fading_blocks import FadingBasicBlock, FadingBottleneck, FadingStages
from .merged_blocks import MergedBasicBlock, MergedBottleneck, merge_projection
from .plain_blocks import PlainBasicBlock, PlainBottleneck
from .shortcut_options import (check_merged_is_deployed,
                               check_no_shortcut_options)


class _PlainStages(FadingStages, Deployable):
    """The base class of plain ResNets: arguments, blocks and stages."""

    arch_settings = {
        18: (PlainBasicBlock, (2, 2, 2, 2)),
        34: (PlainBasicBlock, (3, 4, 6, 3)),
        50: (PlainBottleneck, (3, 4, 6, 3)),
        101: (PlainBottleneck, (3, 4, 23, 3)),
        152: (PlainBottleneck, (3, 8, 36, 3))
    }
    shortcuts = ('none', 'fading', 'downsample', 'merged',
                 'merged_downsample')
    fading = {
        PlainBasicBlock: FadingBasicBlock,
        PlainBottleneck: FadingBottleneck
    }
    merged = {
        PlainBasicBlock: MergedBasicBlock,
        PlainBottleneck: MergedBottleneck
    }

    def __init__(self,
                 depth: int,
                 shortcut: str = 'none',
                 fade: Optional[dict] = None,
                 block_conv_cfg: Optional[dict] = None,
                 zero_init_residual: bool = False,
                 drop_path_rate: float = 0.0,
                 deploy: bool = False,
                 **kwargs) -> None:
        owner = type(self).__name__
        check_choice(
            owner, 'depth', depth, self.arch_settings,
            'For 20, 32, 44, 56 and 110 layers use rd_plugins.CifarResNet.')
        check_choice(owner, 'shortcut', shortcut, self.shortcuts)
        check_merged_is_deployed(owner, shortcut, deploy)
        check_no_shortcut_options(owner, zero_init_residual, drop_path_rate)
        self.read_fade(shortcut, fade, deploy)
        self.shortcut = shortcut
        self.block_conv_cfg = block_conv_cfg
        super().__init__(depth, zero_init_residual=False, **kwargs)
        if deploy:
            self.switch_to_deploy()

    def make_res_layer(self, block: type, **kwargs) -> nn.Sequential:
        """Build the next stage; the first one never keeps a projection."""
        is_first_stage = not self.res_layers
        if self.shortcut == 'fading':
            block = self.fading[block]
        elif self.shortcut == 'merged':
            block = self.merged[block]
        elif self.shortcut == 'merged_downsample' and not is_first_stage:
            block = partial(merge_projection, block, self.merged[block])
        elif self.shortcut == 'downsample':
            kwargs['keep_downsample'] = not is_first_stage
        kwargs['conv_cfg'] = self.block_conv_cfg or kwargs['conv_cfg']
        return super().make_res_layer(block=block, **kwargs)


@MODELS.register_module()
class PlainResNet(_PlainStages, ResNet):
    """ResNet without shortcuts.

    A plain network whose layers have the names of those of MMPretrain's
    :class:`mmpretrain.models.ResNet`. It loads the state dict of the residual
    network, except projections that do not exist here.

    The structure follows the student of `Residual Distillation: Towards
    Portable Deep Neural Networks without Shortcuts
    <https://proceedings.neurips.cc/paper/2020/hash/657b96f0592803e25a4f07166fff289a-Abstract.html>`_.

    Args:
        depth (int): Network depth, from {18, 34, 50, 101, 152}.
        shortcut (str): ``'none'`` for a strictly plain network or
            ``'downsample'`` to keep the projection in the first block of every
            stage but the first, as the paper's released code does.
            ``'merged'`` and ``'merged_downsample'`` are plain networks with
            the outputs of a residual one or of one with ``'downsample'``;
            ``tools/model_converters/remove_shortcuts.py`` writes them. They
            need ``deploy=True``. ``'fading'`` begins as MMPretrain's residual
            network and ends strictly plain; see ``fade``.
            Defaults to ``'none'``.
        fade (dict, optional): When shortcuts fade: ``start``, ``begin``,
            ``horizon``, ``order`` and ``by`` of :class:`Fade`. Defaults to
            None: all together, over the first half of the run.
        block_conv_cfg (dict, optional): Config of the convolutions in the
            blocks, such as ``dict(type='rd_plugins.DiracConv2d')``; the stem
            keeps ``conv_cfg``. Defaults to None: ``conv_cfg`` for all.
        zero_init_residual (bool): Must be False: zero in a block's last norm
            would set a plain network's output to zero. Defaults to False.
        drop_path_rate (float): Must be 0: a plain block has no other path.
            Defaults to 0.
        deploy (bool): Build the folded form, convolutions with bias and no
            norms. Defaults to False.
        **kwargs: Every other argument of
            :class:`mmpretrain.models.ResNet`, such as ``out_indices``,
            ``frozen_stages``, ``norm_cfg`` and ``with_cp``.

    Raises:
        UsageError: If an argument is not allowed.

    Example:
        >>> import torch
        >>> from rd_plugins.models import PlainResNet
        >>> self = PlainResNet(depth=18, out_indices=(0, 1, 2, 3)).eval()
        >>> for feature in self(torch.rand(1, 3, 32, 32)):
        ...     print(tuple(feature.shape))
        (1, 64, 8, 8)
        (1, 128, 4, 4)
        (1, 256, 2, 2)
        (1, 512, 1, 1)
    """  # noqa: E501


@MODELS.register_module()
class PlainResNet_CIFAR(_PlainStages, ResNet_CIFAR):
    """ResNet without shortcuts and with MMPretrain's CIFAR stem.

    The stem is one 3x3 convolution of stride 1 without pooling. For the
    arguments see :class:`PlainResNet`; ``deep_stem`` is not available.
    """
