"""The steps from a checkpoint to a shipped network: calls of our tools."""
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Callable, List, Sequence

from mmengine.config import Config

from rd_plugins.shipping.export.backends.tflite import ROTATE
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.whole_file import finished_epochs
from .configs import Recipe
from .target import export_options, without_budget


def is_current(result: str, sources: Sequence[str]) -> bool:
    """Whether a file is there and no older than what it was made of.

    Args:
        result (str): The file.
        sources (Sequence[str]): What it was made of; an address has no age.
    """
    if not Path(result).exists():
        return False
    made = Path(result).stat().st_mtime_ns
    files = [Path(source).expanduser() for source in sources
             if '://' not in source]
    return all(file.exists() and file.stat().st_mtime_ns <= made
               for file in files)


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
        result (Callable): What has come out, in words. Defaults to none.
    """
    title: str
    tool: str
    arguments: Callable[[], Sequence[str]]
    is_done: Callable[[], bool]
    passes: float = 0
    epochs: int = 0
    result: Callable[[], str] = str


def _file_step(title: str, tool: str, result: str, sources: Sequence[str],
               *arguments: str, passes: float = 0) -> Step:
    """A call that writes a file."""
    return Step(title, tool, lambda: arguments,
                lambda: is_current(result, sources), passes)


def _folder_step(title: str, tool: str, result: str, source: str,
                 *arguments: str, passes: float) -> Step:
    """A call that writes a folder with a file, and replaces one with it."""

    def call() -> List[str]:
        replaced = ['--force'] * Path(result).exists()
        return [*arguments, '--out', str(Path(result).parent), *replaced]

    return Step(title, tool, call, lambda: is_current(result, [source]),
                passes)


def _trained_epochs(config: str, folder: str, epochs: int,
                    source: str) -> int:
    """The finished epochs of the training whose last one is shipped.

    Raises:
        UsageError: If its config has another length by now, or if its
            weights are older than those that it begins with.
    """
    found = Config.fromfile(config).train_cfg.max_epochs
    if found != epochs:
        raise UsageError(
            f'{config} trains {found} epochs, and epoch {epochs} is to be '
            f'shipped; write max_epochs={epochs} there, or begin with '
            'another --budget-epochs in another --out.')
    done = finished_epochs(Path(folder))
    if done and not is_current(f'{folder}/epoch_{done}.pth', [source]):
        raise UsageError(
            f'{folder} was trained from older weights than {source} holds '
            'now; remove it to train again.')
    return done


def _training(title: str, config: str, folder: str, epochs: int,
              source: str, passes: float) -> Step:
    """A training; it goes on after its last finished epoch.

    It is never begun anew here: whoever wants that removes its folder.
    """

    def arguments() -> List[str]:
        done = finished_epochs(Path(folder))
        resume = ['--resume', f'{folder}/epoch_{done}.pth'] if done else []
        return [config, '--work-dir', folder, *resume]

    def is_done() -> bool:
        return _trained_epochs(config, folder, epochs, source) >= epochs

    return Step(title, 'train.py', arguments, is_done, passes, epochs)


def _test(title: str, config: str, weights: str, out: str,
          images: int) -> Step:
    path = f'{out}/results/{Path(config).stem}.json'
    step = _file_step(title, 'test.py', path, [weights], config, weights,
                      '--out', path, '--out-item', 'metrics', '--work-dir',
                      f'{out}/results', passes=images)

    def result() -> str:
        metrics = json.loads(Path(path).read_text())
        return f'{metrics["accuracy/top1"]:.2f} % of the test images'

    return replace(step, result=result)


def _deploy(title: str, config: str, weights: str, recipe: Recipe,
            options: Sequence[str], name: str) -> Step:
    return _folder_step(title, 'deploy.py', _report(recipe, name), weights,
                        config, weights, *options, '--test',
                        passes=3 * recipe.data.tests + 400)


def _report(recipe: Recipe, name: str) -> str:
    return f'{recipe.out}/exported/{name}/report.json'


def _benchmark(recipe: Recipe, *weights: str) -> Step:
    folder = f'{recipe.out}/benchmark'
    reports = [_report(recipe, name) for name in ('teacher', 'plain')]

    def arguments() -> List[str]:
        files, accuracies = [], []
        for report in map(Path, reports):
            rows = json.loads(report.read_text())
            files += sorted(map(str, report.parent.glob('*.onnx')))
            accuracies += [str(row['accuracy/top1']) for row in rows[1:]]
        return [*files, '--engines', 'onnxruntime', '--threads', '1',
                '--accuracy', *accuracies, '--out', folder]

    return Step('latency and memory side by side',
                'analysis_tools/benchmark.py', arguments,
                lambda: is_current(f'{folder}/benchmark.png',
                                   [*reports, *weights]), passes=240)


def _teacher_steps(recipe: Recipe, checkpoint: str) -> List[Step]:
    """The teacher with MMPretrain's names, these classes and a test."""
    out, data, config = recipe.out, recipe.data, f'{recipe.out}/teacher.py'
    steps = []
    if not recipe.source.is_mmpretrain:
        check = [] if recipe.learns_classes else ['--config', config]
        steps.append(_file_step(
            "MMPretrain's names for the weights",
            'model_converters/convert_teacher.py', recipe.given, [checkpoint],
            checkpoint, recipe.given, *check))
    if recipe.learns_classes:
        epochs = recipe.teacher_epochs
        steps.append(_training(
            f'teach the teacher these {len(data.classes)} classes',
            f'{out}/fine_tune.py', f'{out}/fine_tune', epochs, recipe.given,
            epochs * (3 * data.images + data.tests)))
    steps.append(_test('test the teacher', config, recipe.weights, out,
                       data.tests))
    return steps


def _student_steps(recipe: Recipe, config: str, weights: str) -> List[Step]:
    """The plain network is trained, tested and folded."""
    out, data = recipe.out, recipe.data
    return [
        _training('train the plain network', f'{out}/student.py',
                  f'{out}/train', recipe.epochs, recipe.weights,
                  recipe.epochs * (4 * data.images + data.tests)),
        _test('test the plain network', config, weights, out, data.tests),
        _folder_step('fold its norms', 'model_converters/fold_norms.py',
                     f'{out}/folded/plain_folded.pth', weights, config,
                     weights, passes=20),
    ]


def plan(recipe: Recipe, checkpoint: str, target: str,
         deploy_options: Sequence[str] = ()) -> List[Step]:
    """All steps, in order.

    Args:
        recipe (Recipe): Configs and numbers.
        checkpoint (str): What the user gave.
        target (str): One of :data:`.target.TARGETS`.
        deploy_options (Sequence[str]): Further options of ``deploy.py``.
            Defaults to ``()``.
    """
    options = export_options(target, recipe.data.root, deploy_options)
    teacher, plain = f'{recipe.out}/teacher.py', f'{recipe.out}/plain.py'
    student = f'{recipe.out}/train/epoch_{recipe.epochs}.pth'
    steps = [
        *_teacher_steps(recipe, checkpoint),
        *_student_steps(recipe, plain, student),
        _deploy('export the teacher, to compare', teacher, recipe.weights,
                recipe, without_budget(options), 'teacher'),
        _deploy('export the plain network', plain, student, recipe, options,
                'plain'),
    ]
    if target == 'cpu':
        steps.append(_benchmark(recipe, recipe.weights, student))
    if target == 'ethos-u':
        steps.append(_deploy(
            'export it for images rotated by 180 degrees, which needs less '
            'memory', plain, student, recipe, [*options, ROTATE.flag],
            'plain_rotated'))
    return steps
