"""A budget is met as nearly as whole blocks allow, and never exceeded."""
import json
import random
from itertools import combinations

import pytest
from mmengine.hooks import Hook
from mmengine.registry import HOOKS

from rd_plugins.engine import DeadBlockHook
from rd_plugins.engine.hooks.depth_budget import DepthBudget
from rd_plugins.engine.launch import build_runner
from rd_plugins.models.layers.gate_states import UNTRAINED
from rd_plugins.utils.checkpoint_file import read_checkpoint
from rd_plugins.utils.errors import UsageError
from tests.helpers.compare import assert_same
from tests.helpers.runs import epsilon_cfg, train

EPOCHS = 6


def nearest(costs, target):
    """The largest sum of any of the costs up to the target."""
    return max(
        sum(some) for count in range(len(costs) + 1)
        for some in combinations(costs, count) if sum(some) <= target + 1e-9)


def spend(budget):
    """Let what is chosen die, epoch by epoch; how many died in each."""
    dead, deaths = [False] * len(budget.costs), []
    peaks = [random.random() for _ in budget.costs]
    while True:
        chosen = budget.choose(peaks, dead)
        if not chosen:
            return dead, deaths
        for index in chosen:
            assert not dead[index]
            dead[index] = True
        deaths.append(len(chosen))


@pytest.mark.parametrize('target', [0.15, 0.2, 0.4, 0.6])
@pytest.mark.parametrize('cap', [1, 3])
def test_it_is_met_as_nearly_as_blocks_allow(target, cap):
    """By the best of all combinations of blocks."""
    random.seed(0)
    for kinds in ([0.1163, 0.087], [0.02, 0.031, 0.0755], [0.1]):
        costs = [random.choice(kinds) for _ in range(10)]
        dead, deaths = spend(DepthBudget(target, 'macs', costs, cap))
        gone = sum(cost for cost, gone in zip(costs, dead) if gone)
        assert gone <= target + 1e-9
        assert gone >= nearest(costs, target) - 0.002
        assert max(deaths) <= cap


@pytest.mark.parametrize('count', [9, 54, 375])
@pytest.mark.parametrize('share', [0.2, 1 / 3, 0.5, 0.83])
def test_a_share_of_the_blocks_is_a_number_of_them(count, share):
    budget = DepthBudget(share, 'blocks', [1 / count] * count, 5)
    assert sum(spend(budget)[0]) == int(share * count + 1e-9)


def test_the_weakest_go_first_and_frozen_ones_never():
    budget = DepthBudget(0.5, 'blocks', [0.2] * 5, 2)
    peaks = [3.0, UNTRAINED, 1.0, 2.0, 9.0]
    assert budget.choose(peaks, [False] * 5) == [2, 3]
    assert budget.choose(peaks, [0, 0, 1, 0, 0]) == [3]
    # 0.3 is filled by the last alone, which is not the weakest
    budget = DepthBudget(0.3, 'macs', [0.16, 0.16, 0.1, 0.3], 1)
    assert budget.choose([1, 2, 3, 4], [0, 0, 0, 0]) == [3]


@pytest.mark.parametrize('target, metric, costs, rounds, message', [
    (0.9, 'macs', [0.1] * 5, 9, '90.0% of the MACs, .* together have 50.0%'),
    (0.1, 'blocks', [0.2] * 5, 9, 'the smallest block has 20.0%; raise'),
    (0.6, 'latency', [0.1] * 9, 2, 'needs 6 blocks, .* for 2 times 2; .*'
     'max_per_epoch=3'),
])
def test_what_cannot_be_met(target, metric, costs, rounds, message):
    with pytest.raises(UsageError, match=message):
        DepthBudget(target, metric, costs, 2).check(
            [0] * len(costs), [0] * len(costs), rounds)
    DepthBudget(0.5, 'macs', [0.1] * 5, 2).check([0] * 5, [0] * 5, 3)


def test_frozen_blocks_cannot_go():
    """Unless they are gone already."""
    budget = DepthBudget(0.5, 'blocks', [0.1] * 10, 2)
    frozen = [True] * 6 + [False] * 4
    with pytest.raises(UsageError, match='branches that can train together '
                       'have 40.0%; lower'):
        budget.check([0] * 10, frozen, 9)
    budget.check([1] + [0] * 9, frozen, 9)
    DepthBudget(0.4, 'blocks', [0.1] * 10, 1).check(
        [1] * 3 + [0] * 7, [0] * 10, 1)  # one more is enough
    with pytest.raises(UsageError, match='needs 4 blocks, .* for 1 times 2'):
        budget.check([1] + [0] * 9, frozen, 1)
    budget = DepthBudget(0.05, 'macs', [0.03, 0.08, 0.08])
    budget.check([0] * 3, [0] * 3, 9)
    with pytest.raises(UsageError, match='block that can train has 8.0%'):
        budget.check([0] * 3, [1, 0, 0], 9)
    budget.check([1, 0, 0], [0] * 3, 9)  # what could go has gone


def budget_cfg(work_dir, target=0.34, hooks=(), **options):
    """Six epochs of five steps; three of nine blocks shall go by the fifth."""
    hook = dict(
        type='rd_plugins.DeadBlockHook', closed_steps=5, end=5, target=target,
        calibration_batches=2)
    cfg = epsilon_cfg(
        work_dir, **{
            'train_cfg.max_epochs': EPOCHS,
            'custom_hooks': [dict(hook, **options), *hooks],
        })
    cfg.optim_wrapper.optimizer.lr = 0.01
    return cfg


class Thresholds(Hook):
    """The gates' limits in every epoch, and how many of them are closed."""

    def __init__(self):
        self.open, self.closed = [], []

    def after_train_iter(self, runner, batch_idx, **kwargs):
        if batch_idx == 0:
            gates = runner.model.backbone.gates
            limits = [float(gate.limit) for gate in gates._gates]
            self.open.append(limits.count(-float('inf')))

    def after_train_epoch(self, runner):
        backbone = runner.model.backbone
        self.closed.append(
            (len(backbone.closed_blocks()), len(backbone.dead_blocks())))


@pytest.fixture(scope='module')
def whole(tmp_path_factory):
    """The folder of a run with a budget, its runner and its thresholds."""
    folder = tmp_path_factory.mktemp('budget')
    runner = build_runner(budget_cfg(folder / 'w'))
    record = Thresholds()
    runner.register_hook(record, priority='LOWEST')
    runner.train()
    return folder, runner, record


def test_one_block_dies_in_an_epoch_until_the_budget_is_met(whole):
    """Then, and before it begins, every living block is open."""
    folder, runner, record = whole
    path, = (folder / 'w').glob('*/vis_data/blocks.json')
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [len(line['dead']) for line in lines] == [0, 1, 2, 3, 3, 3]
    assert [line['epsilon'] > 0 for line in lines] == [0, 1, 1, 1, 0, 0]
    assert record.open == [9, 8, 8, 8, 9, 9]
    assert record.closed[-1] == (3, 3)
    log = next((folder / 'w').glob('*/*.log')).read_text()
    assert log.count(
        'Asked to remove 34.0% of the blocks; 33.3% are gone, with 3 of 9 '
        'blocks. The others are open from now on.') == 1


@pytest.mark.parametrize('epoch', [1, 3, 5])
def test_a_budget_resumes_bit_for_bit(whole, epoch):
    folder, _, _ = whole
    parts = folder / f'p{epoch}'
    train(budget_cfg(parts), stop_before=epoch)
    cfg = budget_cfg(parts)
    cfg.resume = True
    train(cfg)
    ours, theirs = (
        read_checkpoint(path / f'epoch_{EPOCHS}.pth')
        for path in (parts, folder / 'w'))
    for key in ('state_dict', 'optimizer', 'param_schedulers'):
        assert_same(ours[key], theirs[key], key)


def test_a_budget_that_is_missed_is_no_secret(run_dir):
    """Gates cannot close on what responds more strongly every time."""
    hooks = [dict(type='Grow')]
    runner = train(budget_cfg(run_dir / 'w', hooks=hooks))
    assert not runner.model.backbone.dead_blocks()
    log = next((run_dir / 'w').glob('*/*.log')).read_text()
    assert ('Asked to remove 34.0% of the blocks; 0.0% are gone, with 0 of 9 '
            'blocks. No other block stayed closed in time') in log


def test_a_budget_that_is_behind_resumes(run_dir):
    """Whatever is left of the time: the whole run was checked."""
    cfg = budget_cfg(run_dir / 'w', hooks=[dict(type='Grow')])
    train(cfg.copy(), stop_before=4)
    cfg.resume = True
    assert not train(cfg).model.backbone.dead_blocks()


@HOOKS.register_module(force=True)
class Grow(Hook):
    """Doubles what the blocks respond, in every step."""

    def before_train_iter(self, runner, **kwargs):
        for name in runner.model.backbone.blocks:
            block = runner.model.backbone.get_submodule(name)
            block.conv2.weight.data.mul_(2)


@pytest.mark.parametrize('metric, target', [('macs', 0.3), ('latency', 0.1)])
def test_shares_of_macs_and_time(run_dir, metric, target):
    """They go with the checkpoint, so a resumed run has the same.

    On a busy machine, what is timed of so small a network is noise.
    """
    hook = dict(metric=metric, max_per_epoch=3)
    runner = train(budget_cfg(run_dir / 'w', target, **hook), stop_before=3)
    info = read_checkpoint(run_dir / 'w/epoch_3.pth')
    shares = info['message_hub']['runtime_info'][f'block_shares_of_{metric}']
    assert len(shares) == 9 and sum(shares) > 0
    gates = runner.model.backbone.gates
    gone = sum(share for share, dead in zip(shares, gates.dead) if dead)
    assert 0 < gone <= target
    cfg = budget_cfg(run_dir / 'w', target, **hook)
    cfg.resume = True
    again = train(cfg, stop_before=4).message_hub
    assert again.get_info(f'block_shares_of_{metric}') == shares


@pytest.mark.parametrize('options, message', [
    (dict(target=1.0), 'target=1.0; it has to be'),
    (dict(target=0.3, bury=False), 'bury=False'),
    (dict(end=3, bury=False), 'end=3 and bury=False'),
    (dict(metric='flops'), "metric='flops'; choose one of 'blocks'"),
    (dict(begin=0), 'begin=0; it has to be'),
])
def test_impossible_budgets(options, message):
    with pytest.raises(UsageError, match=message):
        DeadBlockHook(**options)


@pytest.mark.parametrize('options, hooks, message', [
    (dict(end=None), (), 'begin=1 and end=None'),
    (dict(begin=5), (), 'begin=5 and end=5'),
    (dict(end=7), (), 'from epoch 7 on, and the run has 6'),
    (dict(target=0.8), (), 'needs 7 blocks, but there is time for 4 times 1'),
    (dict(interval=4), (), 'needs 3 blocks, but there is time for 2 times 1'),
    ({}, [dict(type='rd_plugins.EpsilonScheduleHook', schedule='constant')],
     'take one of them out'),
])
def test_runs_that_are_refused(run_dir, options, hooks, message):
    runner = build_runner(budget_cfg(run_dir / 'w', hooks=hooks, **options))
    with pytest.raises(UsageError, match=message):
        runner.train()
    assert not list(run_dir.glob('w/*.pth'))
