"""ResNets whose blocks have no shortcut."""
from typing import Optional, Tuple

import torch
import torch.utils.checkpoint as cp
from mmpretrain.models.backbones import ResNet, ResNet_CIFAR
from mmpretrain.models.backbones.resnet import BasicBlock, Bottleneck
from torch import nn

from rd_plugins.models.utils.fold import Deployable
from rd_plugins.registry import MODELS
from rd_plugins.utils.errors import UsageError, check_choice


class _PlainBlock:
    """Turns a residual block of MMPretrain into a plain one.

    The convolutions keep their names, so that weights travel between a
    residual network and its plain twin in both directions.

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
        # A residual teacher's projections have no counterpart here; dropping
        # them before the comparison keeps its weights loadable without
        # warning, strictly as well.
        if self.downsample is None:
            for key in list(state_dict):
                if key.startswith(f'{prefix}downsample.'):
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


def check_no_shortcut_options(owner: str, zero_init_residual: bool,
                              drop_path_rate: float) -> None:
    """Refuse options that would silence a network without shortcuts.

    Args:
        owner (str): The backbone's name, for the message.
        zero_init_residual (bool): As in MMPretrain's ResNet.
        drop_path_rate (float): As in MMPretrain's ResNet.

    Raises:
        UsageError: If either is set.
    """
    for name, value in (('zero_init_residual', zero_init_residual),
                        ('drop_path_rate', drop_path_rate)):
        if value:
            raise UsageError(
                f'{owner} got {name}={value}, which needs a shortcut around '
                'every block: without one it sets the output to zero. Leave '
                'it out.')


class _PlainStages(Deployable):
    """What the plain ResNets share: arguments, blocks and stages."""

    arch_settings = {
        18: (PlainBasicBlock, (2, 2, 2, 2)),
        34: (PlainBasicBlock, (3, 4, 6, 3)),
        50: (PlainBottleneck, (3, 4, 6, 3)),
        101: (PlainBottleneck, (3, 4, 23, 3)),
        152: (PlainBottleneck, (3, 8, 36, 3))
    }

    def __init__(self,
                 depth: int,
                 shortcut: str = 'none',
                 block_conv_cfg: Optional[dict] = None,
                 zero_init_residual: bool = False,
                 drop_path_rate: float = 0.0,
                 deploy: bool = False,
                 **kwargs) -> None:
        owner = type(self).__name__
        check_choice(
            owner, 'depth', depth, self.arch_settings,
            'For 20, 32, 44, 56 and 110 layers use rd_plugins.CifarResNet.')
        check_choice(owner, 'shortcut', shortcut, ('none', 'downsample'))
        check_no_shortcut_options(owner, zero_init_residual, drop_path_rate)
        self.shortcut = shortcut
        self.block_conv_cfg = block_conv_cfg
        super().__init__(depth, zero_init_residual=False, **kwargs)
        if deploy:
            self.switch_to_deploy()

    def make_res_layer(self, **kwargs) -> nn.Sequential:
        """Build the next stage; the first one never keeps a projection."""
        is_first_stage = not self.res_layers
        kwargs['conv_cfg'] = self.block_conv_cfg or kwargs['conv_cfg']
        return super().make_res_layer(
            keep_downsample=self.shortcut == 'downsample'
            and not is_first_stage,
            **kwargs)

    def train(self, mode: bool = True):
        """Set the mode and, unlike the base class, return the module."""
        super().train(mode)
        return self


@MODELS.register_module()
class PlainResNet(_PlainStages, ResNet):
    """ResNet without shortcuts.

    A plain network with the layers of MMPretrain's
    :class:`mmpretrain.models.ResNet` and the same names for them. A state dict
    of the residual network loads into it completely; only projections that do
    not exist here are passed over.

    The structure follows the student of `Residual Distillation: Towards
    Portable Deep Neural Networks without Shortcuts
    <https://proceedings.neurips.cc/paper/2020/hash/657b96f0592803e25a4f07166fff289a-Abstract.html>`_.

    Args:
        depth (int): Network depth, from {18, 34, 50, 101, 152}.
        shortcut (str): ``'none'`` for a strictly plain network or
            ``'downsample'`` to keep the projection in the first block of every
            stage but the first, as the paper's released code does. Defaults to
            ``'none'``.
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
        UsageError: If an argument is none of those allowed.

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
