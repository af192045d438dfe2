"""Every tool as a user runs it."""
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import torch
from mmpretrain.registry import MODELS

from tests.helpers import ROOT
from tests.engine.compare_ranks import divisible_cfg
from tests.engine.hooks.test_dead_block_hook import weak_cfg
from tests.helpers.runs import save_teacher
from tests.helpers.runs import train as train_in_process

DEMO = 'configs/demo'
SMALL = [
    'train_dataloader.dataset.indices=100', 'train_dataloader.num_workers=0',
    'val_dataloader.dataset.indices=50'
]


def run(*command, cwd=None, **environment):
    """Run a command at the root of the project; processes meet here."""
    return subprocess.run([str(part) for part in command],
                          cwd=cwd or ROOT,
                          capture_output=True,
                          text=True,
                          timeout=600,
                          env=dict(
                              os.environ, MASTER_ADDR='127.0.0.1',
                              **environment))


def tool(name, *arguments, **kwargs):
    return run(sys.executable, ROOT / 'tools' / name, *arguments, **kwargs)


def free_port():
    with socket.socket() as sock:
        sock.bind(('127.0.0.1', 0))
        return str(sock.getsockname()[1])


@pytest.fixture(scope='module')
def teacher(tmp_path_factory):
    path = tmp_path_factory.mktemp('teacher') / 'teacher.pth'
    torch.manual_seed(0)
    from mmengine.registry import init_default_scope
    init_default_scope('mmpretrain')
    save_teacher(path)
    return path


def train(run_dir, teacher, *options, config=f'{DEMO}/plain20_mnist5k.py',
          flags=()):
    return tool('train.py', config, '--work-dir', run_dir, *flags,
                '--cfg-options', *SMALL,
                f'model.teacher.init_cfg.checkpoint={teacher}', *options)


def test_train_resume_and_test(run_dir, teacher):
    """Through the tools, and the test through the plain config."""
    done = train(run_dir, teacher, 'train_cfg.max_epochs=1')
    assert done.returncode == 0, done.stderr
    done = train(run_dir, teacher, 'model.backbone.depth=32',
                 flags=['--resume'])
    assert_refused(done, 'does not belong to this config')
    done = train(run_dir, teacher, 'train_cfg.max_epochs=2',
                 flags=['--resume'])
    assert done.returncode == 0, done.stderr
    assert 'resumed epoch: 1' in done.stdout + done.stderr
    result = run_dir / 'result.json'
    done = tool('test.py', f'{DEMO}/plain20_ce_mnist5k.py',
                run_dir / 'epoch_2.pth', '--work-dir', run_dir, '--out',
                result, '--out-item', 'metrics')
    assert done.returncode == 0, done.stderr
    assert 0 <= json.loads(result.read_text())['accuracy/top1'] <= 100
    assert 'unexpected' not in done.stdout + done.stderr


def assert_refused(done, *words):
    """One sentence on the last line, no traceback, a status that says so."""
    assert done.returncode == 1, done.stdout + done.stderr
    last = done.stderr.strip().split('\n')[-1]
    assert last.startswith('error: ')
    assert 'Traceback' not in done.stderr
    for word in words:
        assert word in last


@pytest.mark.parametrize('option, words', [
    ('model.backbone.depth=21', ['depth=21', '20, 32, 44']),
    ('model.backbone.shortcut=some', ["shortcut='some'", "'none'"]),
    ('model.teacher.init_cfg.checkpoint=absent.pth', ['absent.pth', 'Train']),
    ('model.teacher.init_cfg=None', ['The teacher has no weights']),
    ('model.teacher.backbone.stem_channels=8', ['another shape of']),
    ('model.backbone.strides=(1,1,2)', ['Stage 2 puts out (32, 28, 28)']),
    ('train_dataloader.dataset.data_root=absent', ['no data folder absent']),
])
def test_training_refuses(run_dir, teacher, option, words):
    assert_refused(train(run_dir, teacher, option), *words)
    if 'strides' not in option:  # seen on the first batch only
        assert not list(run_dir.iterdir())


def test_testing_refuses(run_dir, teacher):
    config = f'{DEMO}/plain20_ce_mnist5k.py'
    other = run_dir / 'other.pth'
    model = dict(
        type='ImageClassifier', backbone=dict(type='ResNet', depth=18))
    torch.save(dict(state_dict=MODELS.build(model).state_dict()), other)
    truncated = run_dir / 'truncated.pth'
    truncated.write_bytes(teacher.read_bytes()[:10_000])
    for checkpoint, word in ((other, 'does not belong to this config'),
                             (truncated, 'truncated'),
                             (run_dir / 'absent.pth', 'no checkpoint')):
        out = run_dir / 'out.json'
        done = tool('test.py', config, checkpoint, '--work-dir', run_dir,
                    '--out', out)
        assert_refused(done, word)
        assert not out.exists()
    assert_refused(
        tool('test.py', config, teacher, '--out', 'result.txt'), 'result.txt')
    assert_refused(tool('test.py', 'absent.py', other), 'no config at absent')


def test_starting_points_are_checked(run_dir, teacher):
    """Weights cannot be resumed; what does not fit cannot be loaded."""
    flags = ['--resume', str(teacher)]
    assert_refused(
        train(run_dir, teacher, flags=flags), 'cannot be resumed',
        f'load_from={teacher}')
    strange = run_dir / 'strange.pth'
    torch.save(dict(state_dict={'conv1.weight': torch.ones(1)}), strange)
    assert_refused(
        train(run_dir, teacher, f'load_from={strange}'), 'no weights of this')
    strange.write_bytes(teacher.read_bytes()[:5000])
    assert_refused(
        train(run_dir, teacher, f'load_from={strange}'), 'cannot be read')
    assert [path.name for path in run_dir.iterdir()] == ['strange.pth']


def train_on_two_ranks(run_dir, kind):
    save_teacher(run_dir / 'teacher.pth')
    done = run(sys.executable, '-m', 'torch.distributed.run',
               '--nproc_per_node=2', f'--master_port={free_port()}',
               'tests/engine/compare_ranks.py', run_dir, kind,
               PYTHONPATH=str(ROOT), OMP_NUM_THREADS='1')
    assert done.returncode == 0, done.stderr
    assert '2 ranks agree' in done.stdout


@pytest.mark.parametrize('kind', ['joint', 'co_trained', 'epsilon'])
def test_two_processes_end_with_the_same_weights(run_dir, kind):
    train_on_two_ranks(run_dir, kind)


def test_phases_on_two_processes_are_those_on_one(run_dir):
    """Freezing, un-freezing and wrapping anew lose no gradient."""
    train_on_two_ranks(run_dir, 'staged')
    runner = train_in_process(divisible_cfg(run_dir / 'one', processes=1))
    state = runner.model.state_dict()
    weights = torch.cat([value.flatten().double() for value in state.values()])
    torch.testing.assert_close(
        weights, torch.load(run_dir / 'weights.pth'), rtol=1e-4, atol=1e-5)


def test_two_nodes(run_dir, teacher):
    """Two agents with one process each, joined over a port."""
    port = free_port()
    agents = []
    for rank in '01':
        environment = dict(
            os.environ, NNODES='2', NODE_RANK=rank, MASTER_ADDR='127.0.0.1',
            PORT=port, OMP_NUM_THREADS='1',
            PATH=f'{os.path.dirname(sys.executable)}:{os.environ["PATH"]}')
        agents.append(
            subprocess.Popen([
                'bash', 'tools/dist_train.sh', f'{DEMO}/plain20_mnist5k.py',
                '1', '--work-dir', str(run_dir), '--cfg-options', *SMALL,
                f'model.teacher.init_cfg.checkpoint={teacher}',
                'train_cfg.max_epochs=1'
            ], cwd=ROOT, env=environment, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True))
    output = [agent.communicate(timeout=300)[0] for agent in agents]
    assert [agent.returncode for agent in agents] == [0, 0], output
    assert (run_dir / 'epoch_1.pth').exists()
    done = run('bash', 'tools/dist_test.sh', f'{DEMO}/plain20_ce_mnist5k.py',
               run_dir / 'epoch_1.pth', '2', '--work-dir', run_dir,
               PORT=free_port(), OMP_NUM_THREADS='1',
               PATH=f'{os.path.dirname(sys.executable)}:{os.environ["PATH"]}')
    assert done.returncode == 0, done.stderr
    assert 'accuracy/top1' in done.stdout + done.stderr


@pytest.mark.parametrize('script, usage', [
    ('dist_train.sh', 'CONFIG GPUS'),
    ('dist_test.sh', 'CONFIG CHECKPOINT GPUS'),
    ('slurm_train.sh', 'PARTITION JOB_NAME CONFIG WORK_DIR'),
])
def test_scripts_say_how_to_call_them(script, usage):
    done = run('bash', f'tools/{script}')
    assert done.returncode == 2 and usage in done.stderr


def test_slurm_script_passes_everything_on(run_dir):
    srun = run_dir / 'srun'
    srun.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    srun.chmod(0o755)
    done = run('bash', 'tools/slurm_train.sh', 'part', 'job', 'config.py',
               'work dir', '--resume', GPUS='4', GPUS_PER_NODE='2',
               SRUN_ARGS='--qos high',
               PATH=f'{run_dir}:{os.environ["PATH"]}')
    lines = done.stdout.split('\n')
    for word in ('--partition=part', '--ntasks=4', '--gres=gpu:2', '--qos',
                 'high', 'config.py', 'work dir', '--resume', 'slurm'):
        assert word in lines


def test_demo(run_dir):
    done = tool('demo.py', '--train-options', *SMALL, cwd=run_dir)
    assert done.returncode == 0, done.stdout + done.stderr
    table = (run_dir / 'work_dirs/demo/table.md').read_text()
    assert table in done.stdout
    assert table.count('| 269,434 | 31.11 M |') == 5
    picture = run_dir / 'work_dirs/demo/curves.png'
    assert picture.read_bytes().startswith(b'\x89PNG')


def akamaster(state_dict):
    """The layout of akamaster/pytorch_resnet_cifar10."""
    return {
        f'module.{key}'.replace('backbone.', '').replace('head.fc', 'linear'):
        value
        for key, value in state_dict.items()
    }


def timm_resnet_d(state_dict):
    """timm's layout of ResNet-D, where every projection has a pooling."""
    names = {
        'stem.0.conv': 'conv1.0', 'stem.0.bn': 'conv1.1',
        'stem.1.conv': 'conv1.3', 'stem.1.bn': 'conv1.4',
        'stem.2.conv': 'conv1.6', 'stem.2.bn': 'bn1',
        'layer1.0.downsample.1': 'layer1.0.downsample.2',
        'layer1.0.downsample.0': 'layer1.0.downsample.1'
    }
    renamed = {}
    for key, value in state_dict.items():
        key = key.replace('backbone.', '').replace('head.fc', 'fc')
        for ours, theirs in names.items():
            if key.startswith(f'{ours}.'):
                key = key.replace(ours, theirs)
                break
        renamed[key] = value
    return renamed


def test_convert_a_resnet_d(run_dir):
    model = MODELS.build(
        dict(
            type='ImageClassifier',
            backbone=dict(type='ResNetV1d', depth=50, base_channels=4),
            neck=dict(type='GlobalAveragePooling'),
            head=dict(type='LinearClsHead', num_classes=3, in_channels=128)))
    weights = model.state_dict()
    torch.save(timm_resnet_d(weights), run_dir / 'timm.pth')
    done = tool('model_converters/convert_teacher.py', run_dir / 'timm.pth',
                run_dir / 'target.pth')
    assert done.returncode == 0, done.stderr
    model.load_state_dict(
        torch.load(run_dir / 'target.pth')['state_dict'], strict=True)


def test_convert_teacher(run_dir, teacher):
    weights = torch.load(teacher)['state_dict']
    source, target = run_dir / 'source.th', run_dir / 'new' / 'target.pth'
    torch.save(dict(state_dict=akamaster(weights), best_prec1=90.0), source)
    converter = 'model_converters/convert_teacher.py'
    config = f'{DEMO}/resnet20_mnist5k.py'
    done = tool(converter, source, target, '--config', config)
    assert done.returncode == 0, done.stderr
    converted = torch.load(target)['state_dict']
    assert converted.keys() == weights.keys()
    assert all(torch.equal(converted[key], weights[key]) for key in weights)

    target.unlink()
    assert_refused(
        tool(converter, source, target, '--config',
             'configs/rd/resnet20_cifar10.py'), 'another shape of')
    strange = {'module.se.fc.weight': torch.ones(1), **akamaster(weights)}
    torch.save(strange, source)
    assert_refused(tool(converter, source, target), 'module.se.fc.weight')
    assert not target.exists()


def test_inference_time():
    configs = [f'{DEMO}/resnet20_mnist5k.py', f'{DEMO}/plain20_ce_mnist5k.py']
    done = tool('analysis_tools/inference_time.py', *configs, '--images', '6',
                '--batch-size', '4', '--repeats', '1')
    assert done.returncode == 0, done.stderr
    lines = done.stdout.strip().split('\n')[-2:]
    assert [line.split()[-1] for line in lines] == configs
    assert lines[0].split()[2] == '1.00x'


@pytest.fixture(scope='module')
def epsilon_run():
    """A run in which one of nine blocks died, and its config."""
    from mmengine.registry import init_default_scope
    init_default_scope('mmpretrain')
    with tempfile.TemporaryDirectory(prefix='rd') as folder:
        folder = Path(folder)
        cfg = weak_cfg(folder / 'run')
        cfg.dump(folder / 'config.py')
        train_in_process(cfg)
        yield folder


def test_plot_blocks(epsilon_run, run_dir):
    out = run_dir / 'blocks.png'
    done = tool('analysis_tools/plot_blocks.py', epsilon_run / 'run',
                '--baseline', epsilon_run / 'run', '--out', out)
    assert done.returncode == 0, done.stderr
    assert '1 of 9 blocks dead, 1 restarts' in done.stdout
    assert out.read_bytes().startswith(b'\x89PNG')
    assert_refused(tool('analysis_tools/plot_blocks.py', run_dir),
                   'no log blocks.json')


def test_plot_blocks_joins_resumed_logs(run_dir):
    """A newer log counts from the epoch where it begins."""
    for folder, lines in (('1', [(1, 0), (2, 0), (3, 0)]), ('2', [(3, 1)])):
        path = run_dir / folder / 'vis_data'
        path.mkdir(parents=True)
        (path / 'blocks.json').write_text('\n'.join(
            json.dumps(dict(epoch=epoch, peak=[peak]))
            for epoch, peak in lines))
    sys.path.insert(0, str(ROOT / 'tools' / 'analysis_tools'))
    try:
        from plot_blocks import read_log
    finally:
        sys.path.pop(0)
    log = read_log(run_dir, 'blocks.json', 'peak', 'epoch')
    assert [(line['epoch'], line['peak'][0]) for line in log] == [
        (1, 0), (2, 0), (3, 1)
    ]


def test_dead_blocks_make_steps_cheaper(epsilon_run, run_dir):
    config = epsilon_run / 'config.py'
    done = tool('analysis_tools/benchmark_training.py', config,
                f'{config}@{epsilon_run}/run/epoch_5.pth', '--repeats', '3',
                '--images', '64', '--out', run_dir / 'out')
    assert done.returncode == 0, done.stderr
    _, thinned = json.loads(
        (run_dir / 'out/benchmark_training.json').read_text())['rows']
    assert thinned['name'] == 'config@epoch_5.pth'
    # two of about eighteen convolutions that cost the same
    assert 0.85 < thinned['macs_ratio'] < 0.95
