r"""Convert a ResNet trained elsewhere into a teacher checkpoint.

    python tools/model_converters/convert_teacher.py SOURCE TARGET \
        [--config CONFIG]

SOURCE is a state dict from torchvision, timm (also the deep-stem variants,
ResNet-C and -D) or akamaster/pytorch_resnet_cifar10. With --config, the
result must have exactly the weights of that config's model. If some keys
cannot be converted, they are printed and nothing is written.
"""
import argparse
import re
from os import path as osp
from typing import Dict, List, Optional, Tuple

from torch import Tensor

from rd_plugins.engine.config_file import build_model, read_config
from rd_plugins.engine.refusals import exit_on_usage_error
from rd_plugins.utils.arguments import tool_parser
from rd_plugins.utils.checkpoint import fitting_weights
from rd_plugins.utils.checkpoint_file import read_checkpoint
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.output_folder import check_output_file
from rd_plugins.utils.shortcuts import built_shortcuts, recorded_shortcuts
from rd_plugins.utils.weights import check_are_weights
from rd_plugins.utils.whole_file import write_checkpoint

NORM = r'(weight|bias|running_mean|running_var|num_batches_tracked)'
RULES = (
    (r'(?:fc|linear|classifier)\.(weight|bias)', r'head.fc.\1'),
    (r'conv1\.weight', r'backbone.conv1.weight'),
    (rf'bn1\.{NORM}', r'backbone.bn1.\1'),
    (r'(layer\d\.\d+\.conv\d\.weight)', r'backbone.\1'),
    (rf'(layer\d\.\d+\.bn\d\.){NORM}', r'backbone.\1\2'),
    (rf'(layer\d\.\d+\.downsample\.\d\.){NORM}', r'backbone.\1\2'),
    # Projections of CIFAR ResNets after kuangliu/pytorch-cifar
    (rf'(layer\d\.\d+\.)shortcut\.(\d\.){NORM}',
     r'backbone.\1downsample.\2\3'),
)
# timm's deep stem: conv1 holds conv, norm, ReLU, conv, norm, ReLU, conv and
# bn1 is the norm of the last one.
DEEP_STEM_RULES = (
    (r'conv1\.0\.weight', r'backbone.stem.0.conv.weight'),
    (rf'conv1\.1\.{NORM}', r'backbone.stem.0.bn.\1'),
    (r'conv1\.3\.weight', r'backbone.stem.1.conv.weight'),
    (rf'conv1\.4\.{NORM}', r'backbone.stem.1.bn.\1'),
    (r'conv1\.6\.weight', r'backbone.stem.2.conv.weight'),
    (rf'bn1\.{NORM}', r'backbone.stem.2.bn.\1'),
)


# In timm's ResNet-D every projection has a pooling layer (or an identity); in
# MMPretrain those of stride 1, in the first stage, have none.
NO_POOLING_RULES = tuple(
    (rf'layer1\.0\.downsample\.{index + 1}\.{NORM}',
     rf'backbone.layer1.0.downsample.{index}.\1') for index in (0, 1))


def convert(source: Dict[str, Tensor]) -> Tuple[Dict[str, Tensor], List[str]]:
    """Rename the keys of a state dict.

    Args:
        source (dict[str, Tensor]): A state dict in one of the known layouts.

    Returns:
        tuple[dict[str, Tensor], list[str]]: The state dict in MMPretrain's
        layout, and the keys that no rule matches.
    """
    names = {key.removeprefix('module.'): key for key in source}
    rules = RULES
    if 'conv1.0.weight' in names:
        rules = DEEP_STEM_RULES + rules
    if 'layer1.0.downsample.2.weight' in names:
        rules = NO_POOLING_RULES + rules
    target, unknown = {}, []
    for name, key in names.items():
        for pattern, replacement in rules:
            match = re.fullmatch(pattern, name)
            if match:
                target[match.expand(replacement)] = source[key]
                break
        else:
            unknown.append(key)
    return target, unknown


def check_target(target: str, source: str) -> None:
    """Check that the target can be written and is not the source.

    Raises:
        UsageError: If it cannot, or is.
    """
    check_output_file(target)
    source = osp.expanduser(source)
    if osp.exists(target) and osp.exists(source) and osp.samefile(
            target, source):
        raise UsageError(f'{target} is SOURCE itself, which would be lost; '
                         'name another file.')


def why_unknown(source: str, keys: List[str]) -> str:
    """Say why a state dict cannot be converted."""
    if {'backbone.conv1.weight', 'backbone.stem.0.conv.weight'} & {
            key.removeprefix('module.') for key in keys}:
        return (f'{source} has the names of MMPretrain already; use it as it '
                'is. Nothing was written.')
    more = f' and {len(keys) - 3} more' if len(keys) > 3 else ''
    return (f'{source} has {len(keys)} keys that belong to no known ResNet '
            f'layout: {", ".join(keys[:3])}{more}. Nothing was written.')


def parse_args(argv: Optional[List[str]]) -> argparse.Namespace:
    """Read the command line."""
    parser = tool_parser(__doc__)
    parser.add_argument('source', help='state dict to convert')
    parser.add_argument('target', help='checkpoint to write')
    parser.add_argument('--config', help='config whose model it shall fit')
    return parser.parse_args(argv)


def main(argv: Optional[List[str]] = None) -> None:
    """Convert the state dict and write it."""
    args = parse_args(argv)
    check_target(args.target, args.source)
    source = read_checkpoint(args.source)
    check_are_weights(source['state_dict'], args.source)
    state_dict, unknown = convert(source['state_dict'])
    if unknown:
        raise UsageError(why_unknown(args.source, unknown))
    shortcuts = recorded_shortcuts(source['meta'])
    converted = dict(
        meta=dict(converted_from=args.source, shortcuts=shortcuts),
        state_dict=state_dict)
    if args.config:
        model = build_model(read_config(args.config))
        fitting_weights(converted, model, args.source)
        converted['meta']['shortcuts'] = built_shortcuts(model)
    write_checkpoint(converted, args.target)
    print(f'{len(state_dict)} tensors -> {args.target}')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
