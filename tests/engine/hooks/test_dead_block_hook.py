import json
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import torch
from mmengine.hooks import Hook
from mmengine.registry import init_default_scope

from rd_plugins.engine import DeadBlockHook
from rd_plugins.engine.launch import build_runner
from rd_plugins.utils.checkpoint_file import read_checkpoint
from rd_plugins.utils.errors import UsageError
from tests.helpers.compare import assert_same
from tests.helpers.runs import WEAK, epsilon_cfg, train, weak_cfg

EPOCHS = 5


class Record(Hook):
    """State, learning rate and optimizer state after every epoch."""

    def __init__(self):
        self.states, self.rates, self.optimized, self.ran = [], [], [], []

    def before_train(self, runner):
        block = runner.model.backbone.get_submodule(WEAK)
        block.conv1.register_forward_hook(
            lambda *_: self.ran.append(runner.epoch))

    def after_train_iter(self, runner, batch_idx, **kwargs):
        if batch_idx == 0:
            self.rates.append(runner.optim_wrapper.get_lr()['lr'][0])

    def after_train_epoch(self, runner):
        model = runner.model
        self.states.append(deepcopy(model.state_dict()))
        state = runner.optim_wrapper.optimizer.state
        self.optimized.append({
            name for name, p in model.named_parameters() if p in state
        })


@pytest.fixture(scope='module')
def whole():
    """The folder of an uninterrupted run, its runner, and its record."""
    init_default_scope('mmpretrain')
    with TemporaryDirectory(prefix='rd') as folder:
        runner = build_runner(weak_cfg(Path(folder) / 'w'))
        record = Record()
        runner.register_hook(record, priority='LOWEST')
        runner.train()
        yield Path(folder), runner, record


def of_weak(record, epoch):
    return {
        key: value for key, value in record.states[epoch].items()
        if key.startswith(f'backbone.{WEAK}.')
    }


def test_a_block_dies_after_enough_closed_steps(whole):
    _, runner, record = whole
    assert runner.model.backbone.dead_blocks() == [WEAK]
    dead = [state['backbone.gates.dead'].sum() for state in record.states]
    assert dead == [0, 1, 1, 1, 1]


def test_a_dead_block_costs_and_changes_nothing(whole):
    """No forward pass, gradient, decay, momentum or batch statistics."""
    _, _, record = whole
    assert set(record.ran) == {0, 1}
    for epoch in (2, 3, 4):
        assert_same(of_weak(record, epoch), of_weak(record, 1))
        assert not any(WEAK in name for name in record.optimized[epoch])
    assert any(WEAK in name for name in record.optimized[0])
    alive = 'backbone.layer2.2.conv2.weight'
    assert not torch.equal(record.states[3][alive], record.states[4][alive])


def test_the_learning_rate_restarts_once(whole):
    """One epoch at the full rate, a step, a restart, and a step again."""
    _, _, record = whole
    factors = [rate / record.rates[0] for rate in record.rates]
    assert factors == pytest.approx([1, 0.1, 1, 0.1, 0.1])


def test_the_log_tells_the_story(whole):
    folder, runner, record = whole
    path, = (folder / 'w').glob('*/vis_data/blocks.json')
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line['epoch'] for line in lines] == [1, 2, 3, 4, 5]
    assert [line['restart'] for line in lines] == [0, 1, 0, 0, 0]
    assert [line['dead'] for line in lines] == [[]] + [[WEAK]] * 4
    assert lines[0]['blocks'] == runner.model.backbone.blocks
    rates = record.rates  # of the first step of each epoch
    assert [line['lr'] for line in lines] == pytest.approx(rates)
    peaks = [line['peak'][4] for line in lines]
    assert peaks[0] > 0.2 >= peaks[1] > 0 == peaks[2]
    scalars = (path.parent / 'scalars.json').read_text()
    assert '"closed_blocks": 1' in scalars and '"alive_blocks": 8' in scalars


@pytest.mark.parametrize('epoch', [1, 2, 3])
def test_resume_before_at_and_after_a_death(whole, epoch):
    folder, _, _ = whole
    parts = folder / f'p{epoch}'
    train(weak_cfg(parts), stop_before=epoch)
    resumed = train(weak_cfg(parts, resume=True))
    assert resumed.model.backbone.dead_blocks() == [WEAK]
    ours, theirs = (
        read_checkpoint(path / f'epoch_{EPOCHS}.pth')
        for path in (parts, folder / 'w'))
    for key in ('state_dict', 'optimizer', 'param_schedulers'):
        assert_same(ours[key], theirs[key], key)


def test_an_average_of_the_weights_goes_along(run_dir):
    average = dict(type='EMAHook', momentum=0.1)
    train(weak_cfg(run_dir / 'w', [average]))
    train(weak_cfg(run_dir / 'p', [average]), stop_before=3)
    train(weak_cfg(run_dir / 'p', [average], resume=True))
    ours, theirs = (
        read_checkpoint(run_dir / part / f'epoch_{EPOCHS}.pth')
        for part in 'pw')
    for key in ('state_dict', 'ema_state_dict', 'optimizer'):
        assert_same(ours[key], theirs[key], key)
    assert ours['state_dict']['backbone.gates.dead'].sum() == 1


def test_an_average_has_the_buffers_that_were_validated(run_dir):
    """Also those that change after an epoch's last step, as blocks die."""
    average = dict(type='EMAHook', momentum=0.1)
    runner = build_runner(weak_cfg(run_dir / 'w', [average], **{
        'default_hooks.checkpoint.max_keep_ckpts': EPOCHS}))
    record = Record()
    runner.register_hook(record, priority='LOWEST')
    runner.train()
    for epoch, state in enumerate(record.states, 1):
        saved = read_checkpoint(run_dir / f'w/epoch_{epoch}.pth')
        for name, buffer in runner.model.named_buffers():
            if name in state:
                assert torch.equal(saved['state_dict'][name], state[name])


def test_too_few_closed_steps_and_no_burial(run_dir):
    """The block closes and the learning rate restarts; nothing dies."""
    for name, options in (('a', dict(closed_steps=100)), ('b', {})):
        cfg = weak_cfg(run_dir / name, **options)
        cfg.custom_hooks[0].bury = name == 'a'
        runner = train(cfg)
        backbone = runner.model.backbone
        assert backbone.closed_blocks() == [WEAK]
        assert not backbone.dead_blocks()
        assert runner.param_schedulers[0].last_restart == 2


def test_calibration_is_the_largest_response_in_eval_mode(whole):
    """And a block that responds there is not given up."""
    _, runner, _ = whole
    model, responses = runner.model.train(), []
    alive = model.backbone.get_submodule('layer3.1')
    runner.train_dataloader.seed(0)
    for batch in list(runner.train_dataloader)[:2]:
        handle = alive.conv2.register_forward_hook(
            lambda _, args, output: responses.append(output.abs().max()))
        with torch.no_grad():
            inputs = model.data_preprocessor(batch)['inputs']
            model.eval().backbone(inputs)
        handle.remove()
    model.train()
    gates = model.backbone.gates
    for epsilon, stays_closed in ((max(responses), True),
                                  (max(responses) * 0.99, False)):
        model.backbone.set_epsilon(epsilon)
        before = deepcopy(gates.state_dict())
        runner.train_dataloader.seed(0)
        verdict = DeadBlockHook(calibration_batches=2)._calibrate(
            runner, model)
        assert bool(verdict[7]) == stays_closed
        assert_same(gates.state_dict(), before)
    assert model.training and alive.conv2.training


class Hover(Hook):
    """As if two blocks had been closed, mostly and sometimes."""

    def after_train_epoch(self, runner):
        gates = runner.model.backbone.gates
        gates.closed_average[6] = 0.6
        gates.closed_average[7] = 0.4


def test_the_network_is_settled(run_dir):
    """Mostly closed blocks die and the others open, at the end of epoch 2."""
    cfg = weak_cfg(run_dir, closed_steps=100)
    cfg.custom_hooks[0].end = 2
    runner, record = build_runner(cfg), Record()
    runner.register_hook(Hover(), priority='HIGH')
    runner.register_hook(record, priority='LOWEST')
    runner.train()
    backbone = runner.model.backbone
    expected = [WEAK, backbone.blocks[6]]
    gates = [state['backbone.gates.dead'] for state in record.states]
    assert [int(dead.sum()) for dead in gates] == [0, 2, 2, 2, 2]
    assert backbone.dead_blocks() == expected
    average = record.states[1]['backbone.gates.closed_average']
    assert not average[gates[1] == 0].any()
    # released: not even a silent block would close
    assert not backbone.gates.stays_closed(torch.zeros(9)).any()
    assert backbone.gates.epsilon == 0


def test_a_run_without_schedulers(run_dir):
    cfg = weak_cfg(run_dir)
    cfg.param_scheduler = None
    assert train(cfg).model.backbone.dead_blocks() == [WEAK]


@pytest.mark.parametrize('count', [1, 2])
def test_many_deaths_in_one_epoch_are_no_secret(run_dir, count):
    """More than a fifth of nine blocks, which are two or more."""
    weak = [WEAK, 'layer1.1'][:count]
    hooks = [dict(type='Weaken', name=name) for name in weak]
    runner = train(weak_cfg(run_dir, hooks), stop_before=3)
    assert set(runner.model.backbone.dead_blocks()) == set(weak)
    log = next(run_dir.glob('*/*.log')).read_text()
    warning = ('2 of 9 blocks die at the end of epoch 2. They are gone for '
               'good')
    assert (warning in log) == (count == 2)


def test_it_needs_gates(run_dir):
    cfg = weak_cfg(run_dir)
    cfg.model.backbone.gate = False
    with pytest.raises(UsageError, match='gate=True; take the ho'):
        train(cfg)


def test_gates_that_look_at_every_batch_are_never_settled(run_dir):
    cfg = weak_cfg(run_dir)
    cfg.model.backbone.eval_gates = 'dynamic'
    cfg.param_scheduler[0].tail = 2
    with pytest.raises(UsageError, match="'dynamic'; .* bury=False"):
        train(cfg)
    cfg.custom_hooks[0].bury = False
    assert train(cfg).model.backbone.closed_blocks() == [WEAK]


@pytest.mark.parametrize('kwargs', [
    dict(closed_steps=0), dict(calibration_batches=0)
])
def test_impossible_numbers(kwargs):
    with pytest.raises(UsageError, match='=0; .* at least 1'):
        DeadBlockHook(**kwargs)


@pytest.mark.parametrize('frozen', ['frozen_stages', 'phase'])
def test_frozen_gates_are_open_and_checkpoints_finite(run_dir, frozen):
    """Before and after the first validation; blocks 0 to 2 are frozen."""
    hooks = [dict(type='rd_plugins.DeadBlockHook')]
    backbone = dict(epsilon=1e9)
    if frozen == 'phase':
        hooks.append(dict(type='rd_plugins.PhaseHook', phases=[
            dict(name='all but layer1', epochs=3, train=[
                'backbone.layer2', 'backbone.layer3', 'head'])]))
    else:
        backbone['frozen_stages'] = 1
    cfg = epsilon_cfg(run_dir / 'w', custom_hooks=hooks)
    cfg.model.backbone.update(backbone)
    runner = train(cfg)
    for epoch in (1, 2, 3):
        state = read_checkpoint(
            str(run_dir / f'w/epoch_{epoch}.pth'))['state_dict']
        steps = state['backbone.gates.closed_steps']
        assert not steps[:3].any() and (steps[3:] == 5 * epoch).all()
    assert not runner.model.backbone.gates.closed()[:3].any()
    path, = (run_dir / 'w').glob('*/vis_data/blocks.json')
    for line in map(json.loads, path.read_text().splitlines()):
        assert line['peak'][:3] == [0] * 3 and min(line['peak'][3:]) > 0


def gates_after(run_dir, epoch):
    path = str(run_dir / f'w/epoch_{epoch}.pth')
    return {key.split('.')[-1]: value for key, value in
            read_checkpoint(path)['state_dict'].items() if '.gates.' in key}


def test_steps_count_where_the_last_stage_is_frozen(run_dir):
    """Gates of the stage that trains close; later those of all are open."""
    cfg = epsilon_cfg(run_dir / 'w', custom_hooks=[
        dict(type='rd_plugins.DeadBlockHook'),
        dict(type='rd_plugins.PhaseHook', phases=[
            dict(name='layer1', epochs=1, train=['backbone.layer1', 'head']),
            dict(name='head', epochs=2, train=['head'])])])
    cfg.model.backbone.epsilon = 1e9
    train(cfg)
    first, last = gates_after(run_dir, 1), gates_after(run_dir, 3)
    assert first['closed_steps'].tolist() == [5] * 3 + [0] * 6
    assert (first['closed_average'][:3] > 0.5).all()
    assert int(last['steps']) == 15 and not last['closed_steps'].any()
    assert (last['closed_average'] < 0.5).all()


def test_a_network_that_does_not_train_has_open_gates(run_dir):
    cfg = epsilon_cfg(run_dir / 'w')
    cfg.model.backbone.update(epsilon=1e9, frozen_stages=3)
    train(cfg)
    states = gates_after(run_dir, 3)
    assert int(states['steps']) == 15 and not states['closed_average'].any()


def test_what_loaded_weights_have_lost_restarts_nothing(run_dir):
    cfg = epsilon_cfg(run_dir / 'w', **{'train_cfg.max_epochs': 1})
    runner = build_runner(cfg)
    runner.model.backbone.gates.dead[0] = 1
    runner.train()
    line, = map(json.loads, next((run_dir / 'w').glob(
        '*/vis_data/blocks.json')).read_text().splitlines())
    assert line['dead'] == ['layer1.0'] and not line['restart']


def test_a_schedule_that_begins_where_the_network_is_settled(run_dir):
    cfg = epsilon_cfg(run_dir, custom_hooks=[
        dict(type='rd_plugins.DeadBlockHook', end=2),
        dict(type='rd_plugins.EpsilonScheduleHook', schedule='step',
             begin=2)])
    with pytest.raises(UsageError, match='in epoch 2, and from epoch 2 on'):
        train(cfg)


def test_blocks_die_at_an_interval(run_dir):
    """The weak one is closed for long enough after the second epoch."""
    cfg = weak_cfg(run_dir / 'w')
    cfg.custom_hooks[0].interval = 3
    runner, record = build_runner(cfg), Record()
    runner.register_hook(record, priority='LOWEST')
    runner.train()
    assert [int(state['backbone.gates.dead'].sum())
            for state in record.states] == [0, 0, 1, 1, 1]
