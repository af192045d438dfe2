"""A ResNet and pictures, and tools that only leave their results."""
import json
from pathlib import Path

import pytest
import torch
from torchvision.models import resnet18

from rd_plugins.plainify import run
from tests.helpers.pictures import save_pictures


@pytest.fixture(scope='module')
def given(tmp_path_factory):
    """A torchvision ResNet-18 for these classes, and for others; pictures."""
    torch.manual_seed(0)
    root = tmp_path_factory.mktemp('given')
    save_pictures(root / 'data')
    for name, classes in (('same', 3), ('other', 5)):
        torch.save(resnet18(num_classes=classes).state_dict(),
                   root / f'{name}.pth')
    return root


@pytest.fixture
def pretended(monkeypatch):
    """Steps that leave what their tools leave, with numbers that we know."""
    called = []

    def rows(name, backend):
        accuracy, kib = (90., 40) if name == 'teacher' else (88.5, 30)
        compiled = [dict(name='ethos-u55-128', sram=512 * kib, flash=2048,
                         estimated_ms=kib / 8, compiler='vela 5')]
        return [dict(name='PyTorch')] + [
            dict(name=f'{backend}{kind}', bytes=1024 * kib,
                 **{'accuracy/top1': accuracy}) for kind in ('', ' int8')
        ] + compiled * (backend == 'ethos-u')

    def pretend(step, log, label):
        called.append(step.title)
        flags = dict(zip(step.arguments(), step.arguments()[1:]))
        out = Path(flags.get('--work-dir', flags.get('--out', '')))
        if step.epochs:
            out.mkdir(exist_ok=True)
            torch.save({}, out / f'epoch_{step.epochs}.pth')
        elif step.tool == 'test.py':
            Path(flags['--out']).write_text('{"accuracy/top1": 90.0}')
        elif step.tool.endswith('convert_teacher.py'):
            Path(step.arguments()[1]).write_text('')
        else:
            out.mkdir(parents=True, exist_ok='--force' in step.arguments()
                      or step.tool.endswith('benchmark.py'))
        if step.tool.endswith('fold_norms.py'):
            (out / 'plain_folded.pth').write_text('')
        if step.tool == 'deploy.py':
            (out / 'report.json').write_text(json.dumps(
                rows(out.name, flags['--backend'])))
        if step.tool.endswith('benchmark.py'):
            (out / 'benchmark.png').write_text('')
            measured = [
                dict(name=name, median_ms=ms, peak_mib=2.5) for name, ms in (
                    ('teacher', 8.), ('teacher_int8', 3.), ('plain', 7.),
                    ('plain_int8', 2.25))]
            (out / 'benchmark.json').write_text(json.dumps(dict(
                remark='The machine was busy.', results=measured)))
        return 61

    monkeypatch.setattr(run, 'run_step', pretend)
    return called
