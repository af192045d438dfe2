"""Which steps there are, and when one is done."""
import os
from pathlib import Path

import pytest
import torch

from rd_plugins.plainify.configs import Recipe
from rd_plugins.plainify.data import Data
from rd_plugins.plainify.source import Source
from rd_plugins.plainify.steps import is_current, plan
from rd_plugins.utils.errors import UsageError


def recipe_in(out):
    """A teacher that knows the classes and has MMPretrain's names."""
    return Recipe(out, f'{out}/given.pth',
                  Source(18, False, False, 512, 3, True),
                  Data('data', ['a', 'b', 'c'], 12, 12), 32, 2)


def save(path, age):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('')
    os.utime(path, ns=(0, 10**18 - age))
    return str(path)


@pytest.mark.parametrize('ages, expected', [
    ((), True), ((2, 1), True), ((1, ), True), ((0, ), False),
    ((2, 0), False)])
def test_what_is_newer_counts(tmp_path, ages, expected):
    result = save(tmp_path / 'result', age=1)
    sources = [save(tmp_path / str(index), age)
               for index, age in enumerate(ages)]
    assert is_current(result, sources) == expected


def test_what_is_absent(tmp_path):
    result = save(tmp_path / 'result', age=1)
    assert not is_current(str(tmp_path / 'none'), [])
    assert not is_current(result, [str(tmp_path / 'none')])
    assert is_current(result, ['torchvision://resnet50'])


def test_folders_of_an_older_student_are_replaced(tmp_path):
    """Those of others are not, and neither is the teacher's."""
    out = str(tmp_path)
    recipe = recipe_in(out)
    save(recipe.given, 9)
    made = [save(f'{out}/{name}', 5) for name in (
        'results/teacher.json', 'exported/teacher/report.json',
        'results/plain.json', 'exported/plain/report.json',
        'benchmark/benchmark.png')]
    student = save(f'{out}/train/epoch_2.pth', 6)
    (tmp_path / 'folded').mkdir()
    steps = [step for step in plan(recipe, recipe.given, 'cpu')
             if step.tool != 'train.py']
    assert [step.tool for step in steps if not step.is_done()] == [
        'model_converters/fold_norms.py']
    save(student, 4)
    left = [step for step in steps if not step.is_done()]
    assert [step.tool for step in left] == [
        'test.py', 'model_converters/fold_norms.py', 'deploy.py',
        'analysis_tools/benchmark.py']
    assert ['--force' in step.arguments() for step in left[:3]] == [
        False, False, True]
    Path(made[3]).unlink()
    assert '--force' not in left[2].arguments()


@pytest.fixture
def begun(tmp_path):
    """A recipe, a finished training of its student, and that step."""
    recipe = recipe_in(str(tmp_path))
    recipe.write()
    save(recipe.given, 9)
    torch.save({}, Path(save(f'{tmp_path}/train/epoch_2.pth', 6)))
    os.utime(f'{tmp_path}/train/epoch_2.pth', ns=(0, 10**18 - 6))
    return recipe, next(step for step in plan(recipe, recipe.given, 'cpu')
                        if step.tool == 'train.py')


def test_a_student_of_an_older_teacher(begun):
    recipe, training = begun
    assert training.is_done()
    save(recipe.given, 3)
    with pytest.raises(UsageError, match='train was trained from older'):
        training.is_done()


def test_a_student_of_another_length(begun, tmp_path):
    """Its last epoch would not be the one that is tested."""
    _, training = begun
    config = tmp_path / 'teacher.py'
    config.write_text(
        config.read_text().replace('max_epochs=2', 'max_epochs=3'))
    with pytest.raises(UsageError, match='trains 3 epochs, and epoch 2 is to'):
        training.is_done()


@pytest.mark.parametrize('target, words, count', [
    ('cpu', ['--backend', 'onnxruntime', '--calib-images'], 7),
    ('gpu', ['--backend', 'tensorrt', '--fp16'], 6),
    ('ethos-u', ['--backend', 'ethos-u', '--accelerator'], 7),
])
def test_the_target_decides_how_it_is_exported(target, words, count):
    """The teacher, for comparison, has no budget; all else is the same."""
    steps = plan(recipe_in('out'), 'x.pth', target,
                 ['--sram', '512K', '--verbose'])
    assert len(steps) == count
    teacher, *plain = [list(step.arguments())[2:] for step in steps
                       if step.tool == 'deploy.py']
    assert set(words) <= set(teacher) and '--sram' not in teacher
    for name, arguments in zip(('plain', 'plain_rotated'), plain):
        at = arguments.index('--sram')
        assert arguments[at:at + 3] == ['--sram', '512K', '--verbose']
        del arguments[at:at + 2]
        if name == 'plain_rotated':
            arguments.remove('--rotate-180')
        assert arguments[-1] == f'out/exported/{name}'
        assert arguments[:-1] == teacher[:-1]
