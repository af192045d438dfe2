"""The steps from a checkpoint to a shipped network: calls of our tools."""
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, List, Sequence

from mmengine.config import Config

from rd_plugins.tables.run import finished_epochs
from .configs import Recipe

TARGETS = dict(
    cpu=['--backend', 'onnxruntime'],
    gpu=['--backend', 'tensorrt', '--fp16'],
    **{'ethos-u': ['--backend', 'ethos-u', '--accelerator', 'ethos-u55-128']})


@dataclass
class Step:
    """One call of a tool.

    Args:
        title (str): What it does.
        tool (str): Its file in ``tools``.
        arguments (Callable): Its arguments when it starts.
        is_done (Callable): Whether its result is there.
        passes (float): Forward passes of one image through the teacher that
            take as long as it does.
        epochs (int): Epochs that it trains. Defaults to 0.
    """
    title: str
    tool: str
    arguments: Callable[[], Sequence[str]]
    is_done: Callable[[], bool]
    passes: float = 0
    epochs: int = 0


def _file_step(title: str, tool: str, result: str, *arguments: str,
               passes: float = 0) -> Step:
    return Step(title, tool, lambda: arguments,
                lambda: Path(result).exists(), passes)


def _training(title: str, config: str, folder: str, epochs: int,
              passes: float) -> Step:
    """A training; it goes on after its last finished epoch."""

    def arguments() -> List[str]:
        done = finished_epochs(Path(folder))
        resume = ['--resume', f'{folder}/epoch_{done}.pth'] if done else []
        return [config, '--work-dir', folder, *resume]

    def is_done() -> bool:
        needed = Config.fromfile(config).train_cfg.max_epochs
        return finished_epochs(Path(folder)) >= needed

    return Step(title, 'train.py', arguments, is_done, passes, epochs)


def _test(title: str, config: str, weights: str, out: str,
          images: int) -> Step:
    result = f'{out}/results/{Path(config).stem}.json'
    return _file_step(title, 'test.py', result, config, weights, '--out',
                      result, '--out-item', 'metrics', '--work-dir',
                      f'{out}/results', passes=images)


def _deploy(title: str, config: str, weights: str, recipe: Recipe,
            options: Sequence[str], name: str) -> Step:
    folder = f'{recipe.out}/exported/{name}'
    return _file_step(title, 'deploy.py', folder, config, weights, *options,
                      '--test', '--out', folder,
                      passes=3 * recipe.data.tests + 400)


def _benchmark(recipe: Recipe) -> Step:
    folder = f'{recipe.out}/benchmark'

    def arguments() -> List[str]:
        files, accuracies = [], []
        for name in ('teacher', 'plain'):
            exported = Path(recipe.out) / 'exported' / name
            rows = json.loads((exported / 'report.json').read_text())
            files += sorted(map(str, exported.glob('*.onnx')))
            accuracies += [str(row['accuracy/top1']) for row in rows[1:]]
        return [*files, '--engines', 'onnxruntime', '--threads', '1',
                '--accuracy', *accuracies, '--out', folder]

    return Step('latency and memory side by side',
                'analysis_tools/benchmark.py', arguments,
                lambda: Path(folder, 'benchmark.png').exists(), passes=240)


def plan(recipe: Recipe, checkpoint: str, target: str,
         deploy_options: Sequence[str] = ()) -> List[Step]:
    """All steps, in order.

    Args:
        recipe (Recipe): Configs and numbers.
        checkpoint (str): What the user gave.
        target (str): One of :data:`TARGETS`.
        deploy_options (Sequence[str]): Further options of ``deploy.py``.
            Defaults to ``()``.
    """
    calibration = [] if target == 'gpu' else [
        '--calib-images', f'{recipe.data.root}/train']
    options = [*TARGETS[target], *calibration, *deploy_options]
    out, data = recipe.out, recipe.data
    teacher, plain = f'{out}/teacher.py', f'{out}/plain.py'
    weights, student = recipe.weights, f'{out}/train/epoch_{recipe.epochs}.pth'
    steps = []
    if not recipe.source.is_mmpretrain:
        check = [] if recipe.learns_classes else ['--config', teacher]
        steps.append(_file_step(
            "MMPretrain's names for the weights",
            'model_converters/convert_teacher.py', recipe.given, checkpoint,
            recipe.given, *check))
    if recipe.learns_classes:
        epochs = recipe.teacher_epochs
        steps.append(_training(
            f'teach the teacher these {len(data.classes)} classes',
            f'{out}/fine_tune.py', f'{out}/fine_tune', epochs,
            epochs * (3 * data.images + data.tests)))
    steps += [
        _test('test the teacher', teacher, weights, out, data.tests),
        _training('train the plain network', f'{out}/student.py',
                  f'{out}/train', recipe.epochs,
                  recipe.epochs * (4 * data.images + data.tests)),
        _test('test the plain network', plain, student, out, data.tests),
        _file_step('fold its norms', 'model_converters/fold_norms.py',
                   f'{out}/folded', plain, student, '--out', f'{out}/folded',
                   passes=20),
        _deploy('export the teacher, to compare', teacher, weights, recipe,
                options, 'teacher'),
        _deploy('export the plain network', plain, student, recipe, options,
                'plain'),
    ]
    if target == 'cpu':
        steps.append(_benchmark(recipe))
    if target == 'ethos-u':
        steps.append(_deploy(
            'export it for images rotated by 180 degrees, which needs less '
            'memory', plain, student, recipe, [*options, '--rotate-180'],
            'plain_rotated'))
    return steps
