"""Export a trained classifier and prove that the engine computes the same.

    python tools/deploy.py CONFIG CHECKPOINT --backend onnxruntime \
        [--out DIR] [--dynamic] [--test] [--int8 IMAGES]

Engines: onnxruntime, openvino and tensorrt through MMDeploy, ncnn through
pnnx; see docs/deployment.md for what each needs. Norms and Dirac convolutions
are folded on the way. DIR (work_dirs/NAME_BACKEND) gets the engine's files,
the model's config and report.json. When the engine's outputs differ from
PyTorch's, nothing is written.
"""
import argparse
import json
from contextlib import nullcontext
from importlib import util
from pathlib import Path
from typing import Any, List

import torch
from mmengine.config import DictAction

from rd_plugins.engine.conversion import (TrainedModel, image_shape,
                                          read_trained_model,
                                          with_preprocessor)
from rd_plugins.engine.launch import check_data_folders, exit_on_usage_error
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.output_folder import check_output_folder, new_folder
from rd_plugins.utils.quiet import quiet

CONFIGS = Path(__file__).resolve().parents[1] / 'configs' / 'deploy'
# Modules that an engine needs.
ENGINES = dict(
    onnxruntime=('mmdeploy', 'onnx', 'onnxruntime'),
    openvino=('mmdeploy', 'onnx', 'openvino'),
    tensorrt=('mmdeploy', 'onnx', 'tensorrt'),
    ncnn=('ncnn', 'pnnx'))
TOLERANCE = 1e-4


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('config', help='config of a classifier')
    parser.add_argument('checkpoint', help='its checkpoint')
    parser.add_argument('--backend', required=True, choices=ENGINES)
    parser.add_argument('--out', help='folder to write')
    parser.add_argument(
        '--dynamic', action='store_true', help='take batches of any size')
    parser.add_argument('--deploy-cfg', help='a config of your own')
    parser.add_argument(
        '--shape', type=int, nargs='+', help='height and width of the images')
    parser.add_argument(
        '--test', action='store_true',
        help="accuracy of PyTorch and of the engine on the config's test set")
    parser.add_argument(
        '--int8', type=int, metavar='IMAGES',
        help='also quantise, calibrated on that many training images '
        '(onnxruntime)')
    parser.add_argument(
        '--tolerance', type=float, default=TOLERANCE,
        help='relative difference of log-probabilities that passes')
    parser.add_argument(
        '--force', action='store_true', help='replace the folder')
    parser.add_argument(
        '--verbose', action='store_true', help='show what MMDeploy logs')
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction,
        help='changes to the config, key=value')
    return parser.parse_args()


def check_engine(args: argparse.Namespace) -> None:
    """Refuse what this machine or the engine cannot do.

    Raises:
        UsageError: If a package or a GPU is missing, or flags do not fit.
    """
    if args.int8 is not None and (args.backend != 'onnxruntime'
                                  or args.int8 < 1):
        raise UsageError('--int8 IMAGES quantises for --backend onnxruntime '
                         'and needs at least one image.')
    if args.dynamic and args.backend in ('openvino', 'ncnn'):
        raise UsageError(f'--backend {args.backend} takes one image at a '
                         'time; leave --dynamic out.')
    if args.deploy_cfg and args.backend == 'ncnn':
        raise UsageError('--backend ncnn does without MMDeploy; leave '
                         '--deploy-cfg out.')
    needed = ENGINES[args.backend] + (('ml_dtypes', ) if args.int8 else ())
    missing = [name for name in needed if util.find_spec(name) is None]
    if missing:
        raise UsageError(
            f'--backend {args.backend} needs {", ".join(missing)}, which '
            'is not installed; see docs/deployment.md for the environment.')
    if args.backend == 'tensorrt' and not torch.cuda.is_available():
        raise UsageError('--backend tensorrt needs a GPU and none is there.')


def read_source(args: argparse.Namespace) -> TrainedModel:
    """The trained model, with what MMDeploy expects in a config."""
    source = read_trained_model(args.config, args.checkpoint,
                                args.cfg_options)
    cfg = source.cfg
    if args.test:
        check_data_folders(cfg, 'test_dataloader')
    if args.int8:
        check_data_folders(cfg, 'train_dataloader')
    if 'test_pipeline' not in cfg:
        cfg.test_pipeline = (cfg.get('test_dataloader') or {}).get(
            'dataset', {}).get('pipeline', [dict(type='PackInputs')])
    cfg.setdefault('data_preprocessor', {})
    cfg.setdefault('visualizer', dict(type='UniversalVisualizer'))
    cfg.launcher = 'none'
    return source


def build_exporter(args: argparse.Namespace, source: TrainedModel) -> Any:
    """What exports for the engine that was asked for."""
    shape = image_shape(source.cfg, args.shape)
    if args.backend == 'ncnn':
        from rd_plugins.deploy.ncnn_exporter import NcnnExporter
        return NcnnExporter(source, shape)
    from rd_plugins.deploy.mmdeploy_exporter import MMDeployExporter
    mode = 'dynamic' if args.dynamic else 'static'
    default = CONFIGS / f'classification_{args.backend}_{mode}.py'
    device = 'cuda:0' if args.backend == 'tensorrt' else 'cpu'
    return MMDeployExporter(source, args.deploy_cfg or str(default), shape,
                            device)


def check_difference(exporter: Any, model: torch.nn.Module,
                     runtime: torch.nn.Module, tolerance: float) -> float:
    """Compare the engine with PyTorch on eight random images.

    Raises:
        UsageError: If it computes something else.
    """
    from rd_plugins.deploy.evaluation import scores_differ_by
    images = torch.randn(
        8, *exporter.shape, generator=torch.Generator().manual_seed(0))
    difference = scores_differ_by(model, runtime, images, exporter.is_static)
    if not difference <= tolerance:
        raise UsageError(
            f'The engine computes something else: its log-probabilities '
            f'differ by {difference:.1e} (relative), where {tolerance:.0e} is '
            'allowed. Nothing was written.')
    return difference


def export(args: argparse.Namespace, source: TrainedModel,
           folder: Path) -> List[dict]:
    """Fill a folder with the engine's files; returns the rows of a report."""
    from rd_plugins.deploy.evaluation import measure
    exporter = build_exporter(args, source)
    model = with_preprocessor(source)
    files = exporter.export(folder)
    engine = exporter.runtime(files)
    rows = [
        dict(name='PyTorch', model=model, static=False),
        dict(name=args.backend, model=engine, static=exporter.is_static,
             difference=check_difference(exporter, model, engine,
                                         args.tolerance)),
    ]
    if args.int8:
        from rd_plugins.deploy.quantization import CalibrationImages, quantize
        target = folder / 'end2end_int8.onnx'
        quantize(Path(files[0]), target,
                 CalibrationImages(source.cfg, model.data_preprocessor,
                                   args.int8))
        engine = exporter.runtime([str(target)])
        rows.append(
            dict(name=f'{args.backend} int8', model=engine,
                 static=exporter.is_static))
    for row in rows:
        one_by_one, engine = row.pop('static'), row.pop('model')
        if args.test:
            row.update(measure(source.cfg, engine, one_by_one))
    return rows


def print_report(rows: List[dict]) -> None:
    """One line for PyTorch and each engine."""
    for row in rows:
        numbers = {key: value for key, value in row.items() if key != 'name'}
        print(f'{row["name"]:18s}' + '  '.join(
            f'{key} {value:.1e}' if key == 'difference' else
            f'{key} {value:.2f}' for key, value in numbers.items()))


def main() -> None:
    """Export as the command line says."""
    args = parse_args()
    name = Path(args.config).stem
    out = args.out or f'work_dirs/{name}_{args.backend}'
    check_output_folder(out, args.force)
    check_engine(args)
    source = read_source(args)
    with new_folder(out, args.force) as folder:
        with nullcontext() if args.verbose else quiet():
            rows = export(args, source, folder)
        (folder / f'{name}.py').write_text(source.cfg.pretty_text)
        (folder / 'report.json').write_text(json.dumps(rows, indent=2))
    print_report(rows)
    print(f'Written to {out}')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
