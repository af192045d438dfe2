"""The 6n+2 family of small ResNets for 32 x 32 images."""
from typing import Optional, Sequence

from mmpretrain.models.backbones import ResNet_CIFAR
from mmpretrain.models.backbones.resnet import BasicBlock
from torch import nn

from rd_plugins.models.utils.fold import Deployable
from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import check_choice, check_number
from .fading_blocks import (FadingBasicBlock, FadingPadBasicBlock,
                            FadingStages, PadsShortcut)
from .merged_blocks import MergedBasicBlock
from .plain_blocks import PlainBasicBlock
from .shortcut_options import (check_merged_is_deployed,
                               check_no_shortcut_options)


class PadBasicBlock(PadsShortcut, BasicBlock):
    """:class:`BasicBlock` with :class:`PadShortcut` for the projection."""


@MODELS.register_module()
class CifarResNet(FadingStages, Deployable, ResNet_CIFAR):
    """ResNet with three stages of n blocks, 6n+2 layers in all.

    The family of `Deep Residual Learning for Image Recognition
    <https://arxiv.org/abs/1512.03385>`_, Sec. 4.2, with and without shortcuts.

    Args:
        depth (int): Network depth, from {8, 20, 32, 44, 56, 110}.
        shortcut (str): What carries the input around a block where the shape
            changes: ``'projection'`` (1x1 convolution and norm), ``'pad'``
            (no parameters, as in the paper), or ``'none'`` for a network that
            has no shortcuts at all. ``'merged'`` is the plain network with
            the outputs of a residual one, as
            ``tools/model_converters/remove_shortcuts.py`` writes it; it needs
            ``deploy=True``. ``'fading'`` and ``'fading_pad'`` begin as
            ``'projection'`` and ``'pad'`` and end as ``'none'``; see ``fade``.
            Defaults to ``'projection'``.
        fade (dict, optional): When shortcuts fade: ``start``, ``begin``,
            ``horizon``, ``order`` and ``by`` of :class:`Fade`. Defaults to
            None: all together, over the first half of the run.
        block_conv_cfg (dict, optional): Config of the convolutions in the
            blocks; the stem keeps ``conv_cfg``. Defaults to None.
        stem_channels (int): Channels of the stem. Defaults to 16.
        base_channels (int): Channels of the first stage; each later stage
            doubles them. Defaults to 16.
        num_stages (int): How many stages. Defaults to 3.
        strides (Sequence[int]): Stride of the first block of each stage.
            Defaults to ``(1, 2, 2)``.
        dilations (Sequence[int]): Dilation of each stage.
            Defaults to ``(1, 1, 1)``.
        out_indices (Sequence[int]): Output from which stages.
            Defaults to ``(2, )``.
        zero_init_residual (bool): Start every block as the identity; needs
            shortcuts. Defaults to False.
        drop_path_rate (float): Stochastic depth; needs shortcuts.
            Defaults to 0.
        deploy (bool): Build the folded form, convolutions with bias and no
            norms. Defaults to False.
        **kwargs: Every other argument of
            :class:`mmpretrain.models.ResNet_CIFAR`.

    Raises:
        UsageError: If an argument is not allowed.

    Example:
        >>> import torch
        >>> from rd_plugins.models import CifarResNet
        >>> self = CifarResNet(depth=20, shortcut='none').eval()
        >>> self(torch.rand(1, 3, 32, 32))[0].shape
        torch.Size([1, 64, 8, 8])
    """

    arch_settings = {
        depth: (BasicBlock, (depth // 6, ) * 3)
        for depth in (8, 20, 32, 44, 56, 110)
    }
    blocks = dict(
        projection=BasicBlock,
        pad=PadBasicBlock,
        none=PlainBasicBlock,
        fading=FadingBasicBlock,
        fading_pad=FadingPadBasicBlock,
        merged=MergedBasicBlock)

    def __init__(self,
                 depth: int,
                 shortcut: str = 'projection',
                 fade: Optional[dict] = None,
                 block_conv_cfg: Optional[dict] = None,
                 stem_channels: int = 16,
                 base_channels: int = 16,
                 num_stages: int = 3,
                 strides: Sequence[int] = (1, 2, 2),
                 dilations: Sequence[int] = (1, 1, 1),
                 out_indices: Sequence[int] = (2, ),
                 zero_init_residual: bool = False,
                 drop_path_rate: float = 0.0,
                 deploy: bool = False,
                 **kwargs) -> None:
        check_choice(
            'CifarResNet', 'depth', depth, self.arch_settings,
            'For 18, 34, 50, 101 and 152 layers use ResNet_CIFAR or '
            'rd_plugins.PlainResNet_CIFAR.')
        check_choice('CifarResNet', 'shortcut', shortcut, self.blocks)
        check_number('CifarResNet', 'drop_path_rate', drop_path_rate,
                     at_least=0, below=1)
        check_merged_is_deployed('CifarResNet', shortcut, deploy)
        if shortcut not in ('projection', 'pad'):
            check_no_shortcut_options('CifarResNet', zero_init_residual,
                                      drop_path_rate)
        self.read_fade(shortcut, fade, deploy)
        self.shortcut = shortcut
        self.block_conv_cfg = block_conv_cfg
        super().__init__(
            depth,
            stem_channels=stem_channels,
            base_channels=base_channels,
            num_stages=num_stages,
            strides=strides,
            dilations=dilations,
            out_indices=out_indices,
            zero_init_residual=zero_init_residual,
            drop_path_rate=drop_path_rate,
            **kwargs)
        if deploy:
            self.switch_to_deploy()

    def make_res_layer(self, block: type, **kwargs) -> nn.Sequential:
        """Build the next stage from the block that ``shortcut`` names."""
        kwargs['conv_cfg'] = self.block_conv_cfg or kwargs['conv_cfg']
        return super().make_res_layer(
            block=self.blocks[self.shortcut], **kwargs)
