"""Fold the norms of a trained ResNet into its convolutions.

    python tools/model_converters/fold_norms.py CONFIG CHECKPOINT --out DIR \
        [--shape HEIGHT WIDTH] [--force]

For the backbones of rd_plugins; Dirac convolutions become ordinary ones. DIR
holds a config and a checkpoint; when the outputs are not the same, nothing is
written. tools/deploy.py folds by itself and needs none of this.
"""
from copy import deepcopy
from pathlib import Path

from rd_plugins.engine.conversion import (conversion_parser, image_shape,
                                          read_trained_model, write_model)
from rd_plugins.engine.launch import exit_on_usage_error
from rd_plugins.models.utils import Deployable, folded_copy
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.output_folder import check_output_folder


def main() -> None:
    """Fold as the command line says."""
    args = conversion_parser(__doc__).parse_args()
    check_output_folder(args.out, args.force)
    source = read_trained_model(args.config, args.checkpoint)
    if not isinstance(source.model.backbone, Deployable):
        raise UsageError(
            f'{type(source.model.backbone).__name__} has no deployed form '
            'that a config could name; take a backbone of rd_plugins.')
    cfg = deepcopy(source.cfg)
    cfg.model.backbone.deploy = True
    name = f'{Path(args.config).stem}_folded'
    differences = write_model(
        args.out, name, source, cfg, folded_copy(source.model.double()),
        image_shape(source.cfg, args.shape), 'Norms are folded.', args.force)
    print('Relative difference of the outputs: {:.1e} in float64, {:.1e} as '
          'stored in float32.'.format(*differences))
    print(f'Written to {args.out}: {name}.py, {name}.pth')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
