"""Turn a trained ResNet into a plain network with the same outputs.

    python tools/model_converters/remove_shortcuts.py CONFIG CHECKPOINT \
        --out DIR [--shape HEIGHT WIDTH] [--force]

No training and no approximation: every block hands its input on in channels of
its own (RMNet, arXiv 2111.00687). Works for MMPretrain's ResNet, ResNetV1c,
ResNetV1d and ResNet_CIFAR and for rd_plugins.CifarResNet, and takes the last
three shortcuts out of PlainResNet with shortcut='downsample'. Prints what it
costs. DIR holds a config and a checkpoint; when the outputs are not the same,
nothing is written.
"""
from copy import deepcopy
from pathlib import Path

from mmpretrain.registry import MODELS

from rd_plugins.engine.conversion import (conversion_parser, image_shape,
                                          read_trained_model, write_model)
from rd_plugins.engine.launch import exit_on_usage_error
from rd_plugins.models.backbones.merge_shortcuts import (merged_backbone_cfg,
                                                         merged_state_dict)
from rd_plugins.models.utils import folded_copy
from rd_plugins.utils.measure import count_macs_and_params
from rd_plugins.utils.output_folder import check_output_folder

WHEN_IT_PAYS = """\
It pays where additions of two tensors are missing or cost more than these
MACs, or as the start of pruning. Elsewhere a plain student that is trained
(docs/joint_rd.md, docs/no_res.md) is smaller than the residual network."""


def print_cost(residual, merged, shape) -> None:
    """Compare size and work of two networks."""
    sizes = [count_macs_and_params(model, shape)
             for model in (residual, merged)]
    for name, (macs, params) in zip(('with shortcuts, norms folded',
                                     'without shortcuts'), sizes):
        print(f'{name:30s}{macs / 1e6:10.2f} M MACs {params:12,} params')
    macs, params = (new / old for old, new in zip(*sizes))
    print(f'{"ratio":30s}{macs:10.2f} {params:20.2f}')


def main() -> None:
    """Convert as the command line says."""
    args = conversion_parser(__doc__).parse_args()
    check_output_folder(args.out, args.force)
    source = read_trained_model(args.config, args.checkpoint)
    shape = image_shape(source.cfg, args.shape)
    cfg = deepcopy(source.cfg)
    cfg.model.backbone = merged_backbone_cfg(
        source.model.backbone, source.cfg.model.backbone)
    residual = folded_copy(source.model.double())
    merged = MODELS.build(cfg.model).double().eval()
    backbone = merged_state_dict(source.model.backbone, merged.backbone)
    merged.load_state_dict({
        **{key: value for key, value in residual.state_dict().items()
           if not key.startswith('backbone.')},
        **{f'backbone.{key}': value for key, value in backbone.items()}
    })
    name = f'{Path(args.config).stem}_merged'
    differences = write_model(
        args.out, name, source, cfg, merged, shape,
        'A plain network with the outputs of a residual one.', args.force)
    print_cost(residual.float(), merged.float(), shape)
    print(WHEN_IT_PAYS)
    print('Relative difference of the outputs: {:.1e} in float64, {:.1e} as '
          'stored in float32.'.format(*differences))
    print(f'Written to {args.out}: {name}.py, {name}.pth')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
