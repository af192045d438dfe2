"""What processes have to agree on, in processes that gloo joins."""
from copy import deepcopy
from types import SimpleNamespace

import pytest
import torch
import torch.distributed as dist
from mmengine.hooks import EMAHook, Hook
from mmengine.model import ExponentialMovingAverage, MMDistributedDataParallel
from mmengine.registry import HOOKS
from mmpretrain.registry import MODELS
from torch import nn

from rd_plugins.engine import DeadBlockHook, SyncStatisticsHook
from rd_plugins.engine.checks import RunCheckHook
from rd_plugins.engine.checks.epsilon_checks import LOADED_CHECKS
from rd_plugins.engine.hooks.epoch_seed_hook import wrap_for_epoch
from rd_plugins.engine.wrapping import unwrap_model, wrap_again
from rd_plugins.models.layers import GateStates, StrictIdentity, sync_gates
from rd_plugins.models.layers.gate_states import UNTRAINED
from rd_plugins.models.utils import calibrate
from rd_plugins.utils.errors import UsageError
from tests.helpers.compare import assert_same
from tests.helpers.ranks import on_ranks
from tests.helpers.runs import (PHASES, WEAK, fading_cfg, save_teacher,
                                small_cfg, staged_cfg, train, weak_cfg)

EPSILON = 2.5
# What three processes see of one gate; a response above epsilon opens it.
RESPONSES = (1., 9., 2.)


def look_at_a_gate(scope):
    """Whether it is open here, and the peak that it notes."""
    states = GateStates(1, EPSILON, scope=scope)
    gate = StrictIdentity(states, 0)
    response = torch.full((1, 1, 2, 2), RESPONSES[dist.get_rank()])
    return bool(gate(response).any()), float(gate.latest)


def test_a_local_gate_looks_at_its_own_images():
    seen = on_ranks(3, look_at_a_gate, 'local')
    assert seen == [(False, 1), (True, 9), (False, 2)]


def test_a_global_gate_looks_at_the_images_of_all():
    """It opens everywhere if it opens anywhere."""
    assert on_ranks(3, look_at_a_gate, 'global') == [(True, 9)] * 3


def look_at_nan(rank):
    """One rank has it; the ones of the others would close the gate."""
    states = GateStates(1, EPSILON, scope='global')
    x = torch.ones(1, 1, 2, 2)
    if dist.get_rank() == rank:
        x[0, 0, 0, 0] = torch.nan
    return StrictIdentity(states, 0)(x).nan_to_num(7).sum().item()


@pytest.mark.parametrize('rank', [0, 1, 2])
def test_nan_in_one_process_opens_the_gate_in_all(rank):
    """Where the maximum of the backend passes over it, too."""
    assert on_ranks(3, look_at_nan, rank) == [
        10 if each == rank else 4 for each in range(3)]


def calibrate_here():
    """Which blocks stay closed; images of rank 1 are brighter."""
    model = MODELS.build(dict(
        type='ImageClassifier',
        backbone=dict(type='rd_plugins.EpsilonResNet_CIFAR', depth=8,
                      base_channels=4)))
    model.init_weights()
    model.backbone.gates.closed_average.fill_(1)
    images = torch.rand(4, 3, 8, 8)
    peaks = calibrate(model, [dict(inputs=images)])
    model.backbone.set_epsilon(2 * float(peaks.min()))
    images *= 1 + 4 * dist.get_rank()
    runner = SimpleNamespace(train_dataloader=[dict(inputs=images)])
    return DeadBlockHook()._calibrate(runner, model).tolist()


def test_blocks_die_if_they_are_weak_for_the_images_of_all():
    """The weakest is below the threshold for those of rank 0 only."""
    assert on_ranks(2, calibrate_here) == [[False] * 3] * 2


def agree_on_two_gates():
    """Each process has a view of its own before."""
    rank = dist.get_rank()
    states = GateStates(2, EPSILON)
    states.closed_steps.copy_(torch.tensor([(300, 7), (5, 9), (200, 8)][rank]))
    states.peak.copy_(torch.tensor([(1., 4.), (3., 2.), (2., 6.)][rank]))
    states.closed_average.copy_(
        torch.tensor([(1., 0.), (0.25, 0.), (1., 0.75)][rank]))
    states.count_average.fill_((1., 0.5, 3.)[rank])
    sync_gates(states)
    return {
        name: getattr(states, name).tolist() for name in
        ('closed_steps', 'peak', 'closed_average', 'count_average')
    }


def test_processes_agree_on_the_gates():
    """Closed as long as where it was closed the shortest."""
    assert on_ranks(3, agree_on_two_gates) == [
        dict(closed_steps=[5, 7], peak=[3, 6], closed_average=[0.75, 0.25],
             count_average=1.5)
    ] * 3


def average_statistics():
    """Of a norm that trains and one that is frozen; before and after."""
    model = MMDistributedDataParallel(
        nn.Sequential(nn.BatchNorm2d(64), nn.BatchNorm2d(64)),
        broadcast_buffers=False)
    trained, frozen = model.module
    frozen.eval()
    frozen.running_mean.uniform_(1, 2)
    trained.running_mean.uniform_(1, 2).mul_(1 + dist.get_rank())
    before = deepcopy(model.module.state_dict())
    averaged = frozen.running_mean.clone()
    dist.all_reduce(averaged)
    SyncStatisticsHook().after_train_epoch(SimpleNamespace(
        model=model, hooks=[]))
    return before, model.module.state_dict(), averaged / 3


def test_statistics_of_what_trains_are_averaged_and_frozen_ones_stay():
    """To the last bit, which an average of equal numbers would move."""
    ranks = on_ranks(3, average_statistics)
    before, after, averaged = zip(*ranks)
    key = '0.running_mean'
    mean = torch.stack([state[key].double() for state in before]).mean(0)
    for state in after:
        assert torch.equal(state[key], after[0][key])
        torch.testing.assert_close(state[key], mean.float())
    key = '1.running_mean'
    for state, own, moved in zip(after, before, averaged):
        assert torch.equal(state[key], own[key])
        assert not torch.equal(moved, own[key])


def average_constants():
    """Constants that no checkpoint keeps, and an average of the weights."""
    norm = nn.BatchNorm2d(64)
    norm.register_buffer('limit', torch.full((64, ), 1.8), persistent=False)
    norm.running_mean.uniform_(1, 2).mul_(1 + dist.get_rank())
    model = MMDistributedDataParallel(
        nn.Sequential(norm), broadcast_buffers=False)
    averaged = ExponentialMovingAverage(model.module, update_buffers=True)
    averaged.update_parameters(model.module)
    hook = EMAHook()
    hook.ema_model, hook.src_model = averaged, model.module
    SyncStatisticsHook().after_train_epoch(SimpleNamespace(
        model=model, hooks=[hook]))
    return norm.limit, averaged.module[0].running_mean


def test_constants_stay_and_averaged_statistics_are_those_of_all():
    limits, means = zip(*on_ranks(3, average_constants))
    for limit, mean in zip(limits, means):
        assert torch.equal(limit, torch.full((64, ), 1.8))
        assert torch.equal(mean, means[0])
    assert float(means[0].max()) > 2  # more than the first rank had


def wrap_with_new_norms():
    """Modes of the model after it was wrapped again, and what is refused."""
    def wrap_model(_, model):
        model[1] = nn.BatchNorm2d(1)  # as sync_bn does
        return MMDistributedDataParallel(model)

    model = nn.Sequential(nn.Conv2d(1, 1, 1), nn.BatchNorm2d(1).eval())
    runner = SimpleNamespace(model=MMDistributedDataParallel(model), cfg={},
                             wrap_model=wrap_model)
    wrap_again(runner)
    del runner.wrap_model  # a FlexibleRunner has none
    with pytest.raises(UsageError, match='MMDistributedDataParallel of Simp'):
        wrap_again(runner)
    wrap_for_epoch(runner)  # which can do without
    return [each.training for each in runner.model.module]


def test_a_frozen_norm_stays_frozen_where_the_model_is_wrapped_again():
    assert on_ranks(2, wrap_with_new_norms) == [[True, False]] * 2


def refusal_of_what_has_died(hooks):
    backbone = MODELS.build(dict(
        type='rd_plugins.EpsilonResNet_CIFAR', depth=8, epsilon=0))
    backbone.gates.dead[0] = 1
    runner = SimpleNamespace(model=SimpleNamespace(backbone=backbone),
                             hooks=hooks)
    try:
        for check in LOADED_CHECKS:
            check(runner)
    except UsageError as error:
        return str(error)


def test_dead_blocks_are_frozen_where_processes_wait_for_gradients():
    for refusal in on_ranks(2, refusal_of_what_has_died, []):
        assert 'dead blocks, which get no gradients' in refusal
    assert on_ranks(2, refusal_of_what_has_died, [DeadBlockHook()]) == [
        None, None]


def begin_after_different_steps():
    runner = SimpleNamespace(iter=10 * dist.get_rank(), work_dir='work')
    with pytest.raises(UsageError) as refused:
        RunCheckHook._check_start(runner)
    runner.iter = 10
    RunCheckHook._check_start(runner)
    return str(refused.value)


def test_processes_with_other_checkpoints_do_not_train():
    first, second = on_ranks(2, begin_after_different_steps)
    assert first == second
    assert 'after 0 and 10 steps' in first and 'in work. Let' in first


def peaks_with_a_frozen_stage():
    """After the average of all that trains, gates among it."""
    model = MMDistributedDataParallel(
        MODELS.build(dict(type='rd_plugins.EpsilonResNet_CIFAR', depth=8,
                          frozen_stages=1)), broadcast_buffers=False)
    model.train()
    model(torch.randn(2, 3, 8, 8))
    gates = model.module.gates
    SyncStatisticsHook().after_train_epoch(SimpleNamespace(
        model=model, hooks=[]))
    return gates.peak.tolist()


def test_frozen_gates_stay_finite_where_statistics_are_averaged():
    """Checkpoints that are not finite are refused."""
    for peaks in on_ranks(3, peaks_with_a_frozen_stage):
        assert peaks[0] == UNTRAINED and max(peaks[1:]) < 100


@HOOKS.register_module(force=True)
class CloseOnRankZero(Hook):
    """Makes a block silent in one process, whose images it sees."""

    name = 'layer3.1'

    def before_train(self, runner) -> None:
        if dist.get_rank() == 0:
            block = unwrap_model(runner).backbone.get_submodule(self.name)
            block.conv2.register_forward_hook(lambda *args: args[-1] * 0)


def joint_cfg(folder, **options):
    """JointRD with connectors, which stay beside the student."""
    return small_cfg(
        folder, **{
            'train_cfg.max_epochs': 1,
            'train_dataloader.num_workers': 0,
            'model.feature_loss': dict(type='rd_plugins.MarginLoss'),
            **options
        })


def co_trained_cfg(folder):
    return joint_cfg(folder, **{'model.co_train_teacher': True})


def fading_projections_cfg(folder):
    """Shortcuts with parameters, which are gone for half of the run."""
    cfg = fading_cfg(folder, **{'train_dataloader.num_workers': 0})
    cfg.model.backbone.shortcut = 'fading'
    cfg.model.copy_teacher = False
    return cfg


def resting_cfg(folder):
    """An objective whose connectors get no gradients in the first phase."""
    cfg = joint_cfg(folder, **{'train_cfg.max_epochs': 2})
    cfg.param_scheduler = []
    cfg.custom_hooks = [dict(type='rd_plugins.PhaseHook', phases=[
        dict(name='first', epochs=1, objectives=['cls', 'hybrid']),
        dict(name='then', epochs=1)])]
    return cfg


def closing_cfg(folder):
    """A block that is closed in both processes, and one in rank 0 only."""
    return weak_cfg(
        folder, [dict(type='CloseOnRankZero')], closed_steps=3)


def budget_on_ranks_cfg(folder):
    """A third of the time shall go; each process measures its own."""
    cfg = weak_cfg(folder)
    cfg.custom_hooks = [
        dict(type='rd_plugins.DeadBlockHook', target=0.4, metric='latency',
             closed_steps=2, calibration_batches=1, max_per_epoch=2, end=4)]
    return cfg


def divisible_cfg(folder, processes=2):
    """Three phases that freeze and un-freeze; 8 images a step in all.

    Without batch statistics and augmentation, a batch that is divided among
    processes gives the gradient of the whole batch. Few steps, because
    differences in the last bit grow with each.
    """
    phases = [dict(phase, epochs=1) for phase in PHASES]
    return staged_cfg(
        folder, phases, **{
            'model.backbone.norm_eval': True,
            'train_dataloader.dataset.pipeline': [dict(type='PackInputs')],
            'train_dataloader.batch_size': 8 // processes
        })


def train_here(make_cfg, folder):
    """Train in this process as one of several; what it ends with."""
    cfg = make_cfg(folder / 'run')
    cfg.launcher = 'pytorch'
    cfg.experiment_name = 'run'
    runner = train(cfg)
    backbone = unwrap_model(runner).backbone
    return dict(
        weights=unwrap_model(runner).state_dict(),
        rates=runner.optim_wrapper.get_lr(),
        images=len(runner.train_dataloader.batch_sampler.sampler),
        dead=getattr(backbone, 'dead_blocks', list)(),
        restarted=getattr(runner.param_schedulers and
                          runner.param_schedulers[0], 'last_restart', None))


def train_on_two_ranks(make_cfg, folder):
    """Parameters and buffers are the same to the last bit."""
    save_teacher(folder / 'teacher.pth')
    first, second = on_ranks(2, train_here, make_cfg, folder)
    assert_same(first, second)
    assert first['images'] == 20  # of 40
    return first


@pytest.mark.parametrize('make_cfg', [joint_cfg, co_trained_cfg,
                                      fading_projections_cfg, resting_cfg])
def test_two_processes_end_with_the_same_weights(run_dir, make_cfg):
    train_on_two_ranks(make_cfg, run_dir)


def test_a_block_dies_where_it_is_closed_in_all_processes(run_dir):
    """And the learning rate restarts in all of them."""
    ends = train_on_two_ranks(closing_cfg, run_dir)
    assert ends['dead'] == [WEAK]
    assert ends['restarted'] is not None


def test_two_processes_spend_one_budget(run_dir):
    """The same blocks die, although they see other images and times."""
    ends = train_on_two_ranks(budget_on_ranks_cfg, run_dir)
    assert ends['dead']


def three_cfg(folder, **options):
    """Small batches, so that the first epoch has several steps."""
    return small_cfg(
        folder, **{
            'train_dataloader.num_workers': 0,
            'train_dataloader.batch_size': 4,
            'train_cfg.max_epochs': 2,
            'param_scheduler.total_steps': 2,
            **options
        })


def resuming_cfg(folder):
    return three_cfg(folder, resume=True,
                     load_from=str(folder / 'epoch_1.pth'))


def test_three_processes_resume_to_the_last_bit(run_dir):
    """Gradients are summed in the same order after a resume."""
    save_teacher(run_dir / 'teacher.pth')
    whole = on_ranks(3, train_here, three_cfg, run_dir)
    (run_dir / 'run/epoch_2.pth').unlink()
    assert_same(on_ranks(3, train_here, resuming_cfg, run_dir), whole)


def test_phases_on_two_processes_are_those_on_one(run_dir):
    """Freezing, un-freezing and wrapping anew lose no gradient."""
    ours = train_on_two_ranks(divisible_cfg, run_dir)['weights']
    theirs = train(divisible_cfg(run_dir / 'one', 1)).model.state_dict()
    assert ours.keys() == theirs.keys()
    for key, value in theirs.items():
        torch.testing.assert_close(
            ours[key], value, rtol=1e-4, atol=1e-5, msg=key)
