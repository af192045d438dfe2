"""Pre-activation ResNets that learn which of their blocks are redundant."""
import torch
import torch.nn.functional as F
from mmcv.cnn import build_conv_layer

from rd_plugins.models.layers import PoolPadShortcut
from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import UsageError, check_choice, check_number
from .epsilon_stages import EpsilonStages


@MODELS.register_module()
class EpsilonResNet_CIFAR(EpsilonStages):
    """ε-ResNet for 32 x 32 images, with three stages of n blocks.

    From `Learning Strict Identity Mappings in Deep Residual Networks
    <https://arxiv.org/abs/1804.01661>`_, after its released code. Shortcuts
    have no parameters.

    Args:
        depth (int): 6n+2, such as 110, 200, 302, 500 or 752.
        epsilon (float): The threshold: a gate is closed while the largest
            absolute response of its block does not exceed it. The paper uses
            2.5 for CIFAR and 1.5 for SVHN. Defaults to 2.5.
        gate (bool): False for the ordinary pre-activation ResNet, whose
            weights have the same names. Defaults to True.
        gate_scope (str): ``'local'``: a gate depends on the images of its own
            process, as in the released code; ``'global'``: on those of all
            processes, with one small reduction per block.
            Defaults to ``'local'``.
        eval_gates (str): ``'frozen'``: in evaluation the blocks of
            :meth:`closed_blocks` are skipped and the gates of the others are
            open, for every batch; ``'dynamic'``: gates depend on the batch,
            as in the released code. Defaults to ``'frozen'``.
        removed_blocks (Sequence[str]): Names of blocks to build without a
            residual branch, such as ``('layer2.4', )``; the others keep their
            names. ``tools/compress.py`` writes this option.
            Defaults to ``()``.
        in_channels (int): Channels of the images. Defaults to 3.
        base_channels (int): Channels of stem and first stage; each later stage
            doubles them. Defaults to 16.
        out_indices (Sequence[int], optional): Output from which stages.
            Defaults to None: the last one.
        conv_cfg (dict, optional): Config of the convolutions.
            Defaults to None.
        norm_cfg (dict): Config of the norms. Defaults to ``dict(type='BN')``.
        frozen_stages (int): The stem and so many stages are in eval mode and
            not trained; their gates are open. Defaults to -1: none, not even
            the stem.
        norm_eval (bool): Keep norms in eval mode in training.
            Defaults to False.
        deploy (bool): Build the folded form: the norms that follow a
            convolution are folded into it, the others stay.
            Defaults to False.
        init_cfg (dict | list[dict]): Initialisation.

    Raises:
        UsageError: If an argument is not allowed.

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
                 *,
                 in_channels: int = 3,
                 base_channels: int = 16,
                 deploy: bool = False,
                 **kwargs) -> None:
        check_number('EpsilonResNet_CIFAR', 'depth', depth, whole=True)
        if depth < 8 or depth % 6 != 2:
            raise UsageError(
                f'EpsilonResNet_CIFAR has no depth={depth!r}; it is 6n+2, '
                'such as 20, 110, 200, 302, 500 or 752. For 18, 34, 50, 101 '
                'and 152 layers use rd_plugins.EpsilonResNet.')
        count = depth // 6
        super().__init__([count] * 3, epsilon, **kwargs)
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
        self.default_side_block = f'layer2.{count // 2}'
        if deploy:
            self.switch_to_deploy()


@MODELS.register_module()
class EpsilonResNet(EpsilonStages):
    """ε-ResNet for ImageNet.

    In the first block of a stage, shortcut and residual branch share the
    pre-activation, and the shortcut is a 1x1 convolution without norm. For
    the source and the other arguments see :class:`EpsilonResNet_CIFAR`.

    Args:
        depth (int): From {18, 34, 50, 101, 152}.
        epsilon (float): The threshold of the gates. The paper uses 2.0 and 2.1
            for 101 layers and 1.8 for 152. Defaults to 2.0.
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
                 *,
                 in_channels: int = 3,
                 base_channels: int = 64,
                 deploy: bool = False,
                 **kwargs) -> None:
        check_choice(
            'EpsilonResNet', 'depth', depth, self.arch_settings,
            'For 6n+2 layers use rd_plugins.EpsilonResNet_CIFAR.')
        expansion, counts = self.arch_settings[depth]
        super().__init__(counts, epsilon, **kwargs)
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
        self.default_side_block = self.declared_blocks[sum(counts) // 2 - 1]
        if deploy:
            self.switch_to_deploy()

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

    def stem(self, x: torch.Tensor) -> torch.Tensor:
        """See the base class; with max pooling."""
        return F.max_pool2d(super().stem(x), 3, stride=2, padding=1)
