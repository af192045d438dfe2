"""What is trained with a config can be tested with the same config."""
import json

import pytest

from tests.helpers import DEMO
from tests.helpers.runs import (demo_cfg, epsilon_cfg, fading_cfg, small_cfg,
                                staged_cfg)
from tests.helpers.tools import SMALL, assert_done, tool

# With their epochs: the last two have phases, which need one each.
STUDENTS = dict(plain20_mnist5k=1, plain20_no_res_mnist5k=4,
                plain20_no_res_joint_mnist5k=4)


def train_then_test(config, folder, *options, flags=()):
    """By the tools, with the same config, on few images."""
    work_dir = ('--work-dir', folder / 'work')
    assert_done(
        tool('train.py', config, *work_dir, *flags, '--cfg-options', *SMALL,
             *options))
    checkpoint = (folder / 'work/last_checkpoint').read_text()
    result = folder / 'result.json'
    done = tool('test.py', config, checkpoint, *work_dir, '--out', result,
                '--out-item', 'metrics', '--cfg-options',
                'test_dataloader.dataset.indices=50',
                'test_dataloader.num_workers=0', *options)
    assert_done(done)
    assert 0 <= json.loads(result.read_text())['accuracy/top1'] <= 100
    assert 'unexpected' not in done.stdout + done.stderr


@pytest.mark.parametrize('name', STUDENTS)
def test_students_of_the_demo(run_dir, teacher, name):
    train_then_test(f'{DEMO}/{name}.py', run_dir,
                    f'model.teacher.init_cfg.checkpoint={teacher}',
                    'model.check_teacher=False',  # it is random
                    flags=['--epochs', STUDENTS[name]])
    last = (run_dir / 'work/last_checkpoint').read_text()
    assert last.endswith(f'epoch_{STUDENTS[name]}.pth')


def logits(work_dir):
    """The teacher's predictions beside the labels."""
    cfg = small_cfg(work_dir)
    cfg.model.type = 'rd_plugins.LogitDistiller'
    cfg.model.pop('hybrid_weight')
    return cfg


def side_supervision(work_dir):
    """A second head, which has no part in the test."""
    return epsilon_cfg(work_dir)


def head_first(work_dir):
    """Phases of an ordinary classifier."""
    cfg = demo_cfg('plain20_ce_mnist5k')
    cfg.custom_hooks = [
        dict(
            type='rd_plugins.PhaseHook',
            phases=[
                dict(name='head', epochs=1, train=['head'], lr=0.1),
                dict(name='all', epochs=2, lr=0.01)
            ])
    ]
    cfg.param_scheduler = []
    cfg.train_cfg.max_epochs = 3
    return cfg


@pytest.mark.parametrize(
    'make_cfg', [small_cfg, staged_cfg, logits, fading_cfg, side_supervision,
                 head_first])
def test_every_method(run_dir, make_cfg):
    cfg = make_cfg(run_dir / 'work')
    if 'teacher' in cfg.model:
        cfg.model.check_teacher = False  # it is random
    config = run_dir / 'config.py'
    config.write_text(cfg.pretty_text)
    train_then_test(config, run_dir)
