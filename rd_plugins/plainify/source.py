"""What kind of ResNet a checkpoint holds."""
import re
from dataclasses import dataclass
from typing import Dict, Tuple

import torch
from mmpretrain.models.backbones.resnet import Bottleneck, ResNet

from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.weights import check_are_weights, read_weights

# Blocks of the four stages, and whether they are bottlenecks.
DEPTHS = {(counts, block is Bottleneck): depth
          for depth, (block, counts) in ResNet.arch_settings.items()}
BLOCK = re.compile(r'layer(\d)\.(\d+)\.conv1\.weight')
# The first convolution; the others are of deep stems
STEMS = ('conv1.weight', 'conv1.0.weight', 'stem.0.conv.weight')
# What a ResNet's first block consists of
FIRST, CHANNELS = 'layer1.0.', 64
PARTS = re.compile(r'layer1\.0\.((conv|bn)[123]|downsample\.\d)\.\w+')


@dataclass
class Source:
    """A ResNet, as its weights tell.

    Args:
        depth (int): Its layers.
        deep_stem (bool): Three 3 x 3 convolutions in place of one 7 x 7.
        avg_down (bool): Projections that pool first, as in ResNet-D.
        channels (int): Inputs of its head.
        classes (int): Outputs of its head.
        is_mmpretrain (bool): Whether the keys are MMPretrain's.
    """
    depth: int
    deep_stem: bool
    avg_down: bool
    channels: int
    classes: int
    is_mmpretrain: bool

    @property
    def arch(self) -> str:
        """Its name as ``--arch`` takes it."""
        return f'resnet{self.depth}'


def _head(weights: Dict[str, torch.Tensor], path: str) -> torch.Tensor:
    for name in ('head.fc.weight', 'fc.weight', 'classifier.weight'):
        if name in weights:
            return weights[name]
    raise UsageError(f'{path} has no linear head (fc.weight); give the whole '
                     'classifier, as torchvision, timm or MMPretrain save it.')


def _kind_of(shape: Tuple[int, ...]) -> str:
    """Which network has such a second convolution in its first block."""
    if len(shape) != 4 or shape[0] <= CHANNELS:
        return 'another network'
    return 'a ResNeXt' if shape[1] < shape[0] else 'a Wide ResNet'


def _check_first_block(body: Dict[str, torch.Tensor], depth: int,
                       path: str) -> None:
    """Check that the first block is a ResNet's, also in its width.

    Raises:
        UsageError: If it is not.
    """
    shapes = {key: tuple(value.shape) for key, value in body.items()
              if key.startswith(FIRST)}
    kernels = {f'{FIRST}conv2.weight': 3,
               f'{FIRST}conv1.weight': 3 if depth < 50 else 1}
    odd = [key for key, kernel in kernels.items()
           if shapes.get(key) != (CHANNELS, CHANNELS, kernel, kernel)]
    odd += [key for key in shapes if not PARTS.fullmatch(key)]
    if odd:
        kind = _kind_of(shapes.get(f'{FIRST}conv2.weight', ()))
        raise UsageError(
            f'{path} holds {kind}, as its {odd[0]} '
            f'({shapes.get(odd[0], "absent")}) shows, not the resnet{depth} '
            'that its number of blocks suggests; only ResNets are made plain '
            'here, for others see docs/distillation.md.')


def _check_all_blocks(body: Dict[str, torch.Tensor], path: str) -> None:
    """Check that convolutions have batch norms, and stages projections.

    Raises:
        UsageError: If not; random weights would take their place.
    """
    convs = sum(value.dim() == 4 for value in body.values())
    norms = sum(key.endswith('running_var') for key in body)
    if convs != norms:
        raise UsageError(f'{path} has {convs} convolutions and {norms} batch '
                         'norms, where a ResNet has one for each; only those '
                         'are made plain here.')
    for stage in (2, 3, 4):
        if not any(key.startswith(f'layer{stage}.0.downsample.')
                   for key in body):
            raise UsageError(f'{path} has no projection in stage {stage} '
                             f'(layer{stage}.0.downsample): it is no ResNet '
                             'with shortcuts, which are faded here.')


def read_source(path: str) -> Source:
    """Read a checkpoint; see :func:`source_of`."""
    weights = read_weights(path)
    check_are_weights(weights, path)
    return source_of(weights, path)


def source_of(weights: Dict[str, torch.Tensor], path: str) -> Source:
    """Find out which ResNet weights are of.

    Args:
        weights (dict[str, Tensor]): As torchvision, timm or MMPretrain name
            them.
        path (str): Where they are from, for the message.

    Raises:
        UsageError: If it is no ResNet with 18 to 152 layers, four stages and
            the usual width.
    """
    is_mmpretrain = any(key.startswith('backbone.') for key in weights)
    body = {key.removeprefix('backbone.'): value
            for key, value in weights.items()}
    found = [match for match in map(BLOCK.fullmatch, body) if match]
    counts = tuple(sum(match[1] == stage for match in found)
                   for stage in '1234')
    depth = DEPTHS.get((counts, 'layer1.0.conv3.weight' in body))
    stem = next((body[key] for key in STEMS if key in body), None)
    deep = 'conv1.weight' not in body
    if depth is None or stem is None or not (deep or stem.shape[-1] == 7):
        raise UsageError(
            f'{path} is no ResNet of 18, 34, 50, 101 or 152 layers for images '
            'of ImageNet\'s size; for networks of CIFAR see docs/fading.md, '
            'for others docs/distillation.md.')
    if stem.shape[1] != 3:
        raise UsageError(f'{path} reads images of {stem.shape[1]} channels; '
                         'networks are made plain here on colour images, '
                         'which have 3. For others see docs/fading.md.')
    _check_first_block(body, depth, path)
    _check_all_blocks(body, path)
    head = _head(weights, path)
    pooled = 'layer2.0.downsample.2.weight' in body
    return Source(depth, deep, pooled, head.shape[1], head.shape[0],
                  is_mmpretrain)
