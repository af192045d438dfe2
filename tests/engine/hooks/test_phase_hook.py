import math
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import torch
from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS, OPTIMIZERS, init_default_scope

from rd_plugins.engine import PhaseHook
from rd_plugins.engine.launch import build_runner
from rd_plugins.models.utils import training_progress
from rd_plugins.utils.checkpoint_file import read_checkpoint
from rd_plugins.utils.errors import UsageError
from tests.helpers.compare import assert_same
from tests.helpers.runs import PHASES, small_cfg, staged_cfg, train

STAGES = ['layer1', 'layer1', 'layer2', 'layer2']
HOOKS = [
    dict(type='rd_plugins.PhaseHook', phases=PHASES),
    dict(type='EMAHook', momentum=0.1)
]


class Record(Hook):
    """The whole state of the model after every epoch, and what happened."""

    priority = 'LOWEST'

    def __init__(self):
        self.states, self.rates, self.training, self.momenta = [], [], [], []

    @staticmethod
    def model(runner):
        model = runner.model
        return model.module if is_model_wrapper(model) else model

    def before_train_epoch(self, runner):
        if not self.states:
            self.states.append(deepcopy(self.model(runner).state_dict()))

    def after_train_iter(self, runner, batch_idx, **kwargs):
        self.rates.append(runner.optim_wrapper.param_groups[0]['lr'])

    def after_train_epoch(self, runner):
        model = self.model(runner)
        self.states.append(deepcopy(model.state_dict()))
        self.training.append({
            name for name, module in model.named_modules()
            if module.training and 'layer' in name
        })
        names = {p: name for name, p in model.named_parameters()}
        self.momenta.append(
            {names[p] for p in runner.optim_wrapper.optimizer.state})


def run(cfg):
    record = Record()
    runner = build_runner(cfg)
    runner.register_hook(record, priority='LOWEST')
    runner.train()
    return record


@pytest.fixture(scope='module')
def whole():
    """The folder of an uninterrupted run with an average, and its record."""
    init_default_scope('mmpretrain')
    with TemporaryDirectory(prefix='rd') as folder:
        yield Path(folder), run(
            staged_cfg(Path(folder) / 'w', custom_hooks=HOOKS))


@pytest.fixture
def record(whole):
    return whole[1]


def changed(record, epoch):
    before, after = record.states[epoch:epoch + 2]
    return {
        key for key in after
        if not torch.equal(before[key], after[key])
    }


@pytest.mark.parametrize('epoch, stage', enumerate(STAGES))
def test_a_phase_changes_what_it_names_and_nothing_else(record, epoch, stage):
    """Weights, and buffers of norms, to the last bit."""
    names = {
        key for key in record.states[0]
        if key.startswith(f'backbone.{stage}.')
    }
    assert changed(record, epoch) == names
    assert record.training[epoch] == {
        name for name in record.training[4]
        if name.startswith(f'backbone.{stage}')
    }


def test_the_last_phase_changes_everything(record):
    assert changed(record, 4) == set(record.states[0])


def test_momentum_is_forgotten_at_a_border(record):
    """Of the stage before, no state is left in the optimizer."""
    for epoch, stage in enumerate(STAGES):
        assert record.momenta[epoch] == {
            key for key in record.momenta[4]
            if key.startswith(f'backbone.{stage}.')
        }


def test_learning_rates(record):
    """Five steps an epoch; the cosine falls over the last two epochs."""
    assert record.rates[:20] == [0.1] * 10 + [0.05] * 10
    cosine = torch.arange(10) / 10
    expected = 0.02 * (1 + torch.cos(torch.pi * cosine)) / 2
    assert record.rates[20:] == pytest.approx(expected.tolist(), rel=1e-5)


def test_rates_that_are_scaled_to_the_batch_size(run_dir):
    """``--auto-scale-lr``: batches are of 8 images."""
    phases = [dict(phase, epochs=1) for phase in PHASES[:2]]
    record = run(staged_cfg(run_dir, phases, auto_scale_lr=dict(
        enable=True, base_batch_size=4)))
    assert record.rates == [0.2] * 5 + [0.1] * 5


@pytest.mark.parametrize('epoch', [1, 2, 3, 4, 5])
def test_resume_at_every_border_and_inside_every_phase(whole, epoch):
    folder, _ = whole
    parts = folder / f'p{epoch}'
    train(staged_cfg(parts, custom_hooks=HOOKS), stop_before=epoch)
    train(staged_cfg(parts, custom_hooks=HOOKS, resume=True))
    ours, theirs = (
        read_checkpoint(path / 'epoch_6.pth')
        for path in (parts, folder / 'w'))
    for key in ('state_dict', 'ema_state_dict', 'optimizer'):
        assert_same(ours[key], theirs[key], key)


def test_gradient_accumulation(run_dir):
    """Four batches in pairs are two steps; five would leave one over."""
    pairs = {'optim_wrapper.accumulative_counts': 2}
    phases = [dict(phase, epochs=1) for phase in PHASES]
    record = run(
        staged_cfg(run_dir / 'w', phases, **pairs,
                   **{'train_dataloader.batch_size': 10}))
    for epoch, stage in enumerate(('layer1', 'layer2')):
        assert changed(record, epoch) == {
            key for key in record.states[0]
            if key.startswith(f'backbone.{stage}.')
        }
    with pytest.raises(UsageError, match='5 batches and gradients are accu'):
        train(staged_cfg(run_dir / 'v', phases, **pairs))


@OPTIM_WRAPPERS.register_module(force=True)
class CpuAmpOptimWrapper(OptimWrapper):
    """What AmpOptimWrapper does, without the GPU that it insists on."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.scaler = torch.amp.GradScaler('cpu', init_scale=64.0)

    def backward(self, loss, **kwargs):
        self.scaler.scale(loss).backward()
        self._inner_count += 1

    def step(self, **kwargs):
        self.scaler.step(self.optimizer)
        self.scaler.update()

    @contextmanager
    def optim_context(self, model):
        with super().optim_context(model), torch.autocast(
                'cpu', dtype=torch.bfloat16):
            yield


def test_mixed_precision(run_dir):
    """Autocast and a gradient scaler: frozen is frozen, trained is trained."""
    phases = [dict(phase, epochs=1) for phase in PHASES]
    record = run(
        staged_cfg(run_dir / 'w', phases,
                   **{'optim_wrapper.type': 'CpuAmpOptimWrapper'}))
    assert changed(record, 0) == {
        key for key in record.states[0] if key.startswith('backbone.layer1.')
    }
    assert changed(record, 2) == set(record.states[0])
    assert all(
        value.isfinite().all() for value in record.states[-1].values())


@OPTIMIZERS.register_module(force=True)
class FillsWithZeros(torch.optim.SGD):
    """Leaves gradients of zero, as optimizers of other libraries do."""

    def zero_grad(self, set_to_none=False):
        super().zero_grad(set_to_none=False)


def test_gradients_of_zero_are_none_once_frozen(run_dir):
    """Weight decay would move what has a gradient, be it zero."""
    phases = [dict(phase, epochs=1) for phase in PHASES]
    record = run(
        staged_cfg(run_dir / 'w', phases,
                   **{'optim_wrapper.optimizer.type': 'FillsWithZeros'}))
    assert changed(record, 1) == {
        key for key in record.states[0] if key.startswith('backbone.layer2.')
    }


def test_it_works_for_an_ordinary_classifier(run_dir):
    """Head first, then everything; parameter groups keep their factors."""
    phases = [
        dict(name='head', epochs=1, train=['head'], lr=0.1),
        dict(name='all', epochs=1, lr=0.01)
    ]
    cfg = small_cfg(
        run_dir / 'w', **{
            'train_cfg.max_epochs': 2,
            'train_dataloader.num_workers': 0,
            'custom_hooks': [dict(type='rd_plugins.PhaseHook', phases=phases)],
            'optim_wrapper.paramwise_cfg': dict(
                custom_keys={'head.fc.bias': dict(lr_mult=2.0)})
        })
    cfg.model.type = 'ImageClassifier'
    for key in ('teacher', 'hybrid_weight'):
        cfg.model.pop(key)
    cfg.param_scheduler = []
    runner = build_runner(cfg)
    record = Record()
    runner.register_hook(record, priority='LOWEST')
    runner.train()
    assert changed(record, 0) == {'head.fc.weight', 'head.fc.bias'}
    assert changed(record, 1) == set(record.states[0])
    groups = runner.optim_wrapper.param_groups
    rates = {group['lr'] for group in groups}
    assert sorted(rates) == pytest.approx([0.01, 0.02])


@pytest.mark.parametrize('change, message', [
    (dict(epochs=3), 'phases take 7 epochs and the run 6'),
    (dict(train=['backbone.layer9']), "trains 'backbone.layer9', which ha"),
])
def test_phases_that_do_not_fit(run_dir, change, message):
    phases = [dict(PHASES[0], **change), *PHASES[1:]]
    cfg = staged_cfg(run_dir / 'w', phases)
    cfg.train_cfg.max_epochs = 6
    with pytest.raises(UsageError, match=message):
        train(cfg)


@pytest.mark.parametrize('chosen', [(None, ['cls']), (['hybrid'], None)])
def test_a_phase_that_names_no_objectives_has_all(run_dir, chosen):
    """Whatever other phases name, before it or after it."""
    phases = [dict(name=str(index), epochs=1, objectives=names)
              for index, names in enumerate(chosen)]
    runner = build_runner(small_cfg(run_dir, **{
        'train_cfg.max_epochs': 2, 'param_scheduler.total_steps': 2,
        'custom_hooks': [dict(type='rd_plugins.PhaseHook', phases=phases)]}))
    active = []

    class Look(Hook):
        priority = 'LOWEST'

        def before_train_iter(self, runner, batch_idx, data_batch=None):
            if batch_idx == 0:
                active.append(list(runner.model.active))

    runner.register_hook(Look(), priority='LOWEST')
    runner.train()
    everything = list(runner.model.auxiliary)
    assert everything == ['cls', 'hybrid']
    assert active == [names or everything for names in chosen]


def test_objectives_that_the_model_does_not_have(run_dir):
    """Also of the last phase, before the first begins."""
    phases = [*PHASES[:2], dict(PHASES[2], loss='stage7')]
    with pytest.raises(UsageError, match="no objective='stage7'"):
        train(staged_cfg(run_dir / 'w', phases))
    cfg = staged_cfg(run_dir / 'w')
    cfg.model = dict(cfg.model.teacher, init_cfg=None)
    with pytest.raises(UsageError, match='ImageClassifier is no Distiller'):
        train(cfg)


def test_the_learning_rate_has_one_master(run_dir):
    """Phases or schedulers; all phases or none."""
    cfg = staged_cfg(run_dir / 'w')
    cfg.param_scheduler = [dict(type='LinearLR', start_factor=0.1)]
    with pytest.raises(UsageError, match='write param_scheduler = '):
        train(cfg)
    with pytest.raises(UsageError, match='Some phases have an lr'):
        PhaseHook([dict(name='a', epochs=1, lr=1), dict(name='b', epochs=1)])


def test_what_the_config_freezes_cannot_be_trained(run_dir):
    cfg = staged_cfg(run_dir / 'w', **{'model.backbone.frozen_stages': 1})
    with pytest.raises(UsageError, match="'stage 1' trains backbone.layer1.*"
                       'has frozen'):
        train(cfg)


def test_impossible_hooks():
    with pytest.raises(UsageError, match='no phases'):
        PhaseHook([])
    with pytest.raises(UsageError, match="no option 'epoch'; choose from ep"):
        PhaseHook([dict(name='a', epoch=1)])


class Decays(Hook):
    """The weight decay of every parameter in the last step of an epoch."""

    def __init__(self):
        self.found = []

    def after_train_epoch(self, runner):
        names = {p: name for name, p in runner.model.named_parameters()}
        self.found.append({
            names[parameter]: group['weight_decay']
            for group in runner.optim_wrapper.param_groups
            for parameter in group['params'] if parameter in names
        })


def test_a_weight_decay_that_norms_would_not_be_spared(run_dir):
    phases = [dict(name='all', epochs=1, lr=0.1, weight_decay=0.02)]
    options = {
        'optim_wrapper.optimizer.weight_decay': 0.0,
        'optim_wrapper.paramwise_cfg': dict(norm_decay_mult=0.0)
    }
    with pytest.raises(UsageError, match="'all' has weight_decay=0.02 and the "
                       'optimizer has none'):
        train(staged_cfg(run_dir, phases, **options))
    options.pop('optim_wrapper.paramwise_cfg')
    train(staged_cfg(run_dir / 'a', phases, **options))


class DecaysAtFirst(Decays):
    """The same when an epoch begins, before a schedule moves on."""

    def before_train_epoch(self, runner):
        super().after_train_epoch(runner)

    def after_train_epoch(self, runner):
        pass


DECAY = dict(type='CosineAnnealingParamScheduler', param_name='weight_decay',
             T_max=4, by_epoch=True)


@pytest.mark.parametrize('stop', [None, 1, 3])
def test_a_schedule_of_the_decay_stays(run_dir, stop):
    phases = [dict(name='a', epochs=2, lr=0.1), dict(name='b', epochs=2,
                                                     lr=0.1)]

    def cfg(**more):
        found = staged_cfg(run_dir / 'a', phases, **more, **{
            'optim_wrapper.optimizer.weight_decay': 0.04})
        found.param_scheduler = [DECAY]
        return found

    record = DecaysAtFirst()
    if stop:
        train(cfg(), stop)
    runner = build_runner(cfg(resume=bool(stop)))
    runner.register_hook(record, 'LOWEST')
    runner.train()
    expected = [0.02 * (1 + math.cos(math.pi * epoch / 4))
                for epoch in range(4)]
    assert [each['backbone.conv1.weight'] for each in record.found
            ] == pytest.approx(expected[stop or 0:])


def test_the_decay_has_one_master(run_dir):
    cfg = staged_cfg(run_dir / 'w', [
        dict(name='a', epochs=3, lr=0.1, weight_decay=0.0)])
    cfg.param_scheduler = [DECAY]
    with pytest.raises(UsageError, match='phases set the weight decay'):
        train(cfg)


@pytest.mark.parametrize('stop', [None, 1, 2])
def test_a_phase_has_its_own_weight_decay(run_dir, stop):
    """What the optimizer leaves out stays out; a resumed run decays alike."""
    phases = [
        dict(name='none', epochs=2, train=['backbone'], lr=0.1,
             weight_decay=0.0),
        dict(name='half', epochs=1, lr=0.1, weight_decay=0.02),
        dict(name='as given', epochs=1, lr=0.1),
    ]
    options = {
        'optim_wrapper.optimizer.weight_decay': 0.04,
        'optim_wrapper.paramwise_cfg': dict(norm_decay_mult=0.5)
    }

    def cfg(**more):
        return staged_cfg(run_dir / 'a', phases, **options, **more)

    record = Decays()
    if stop:
        train(cfg(), stop)
    runner = build_runner(cfg(resume=bool(stop)))
    runner.register_hook(record, 'LOWEST')
    runner.train()
    expected = [0, 0, 0.02, 0.04][stop or 0:]
    assert [each['backbone.conv1.weight'] for each in record.found] == expected
    assert [each['backbone.layer1.0.bn1.weight'] for each in record.found
            ] == [each / 2 for each in expected]


class Progress(Hook):
    """How far a run is by what schedules of losses read, in every step."""
    priority = 'LOWEST'

    def __init__(self):
        self.found = []

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        self.found.append(training_progress())


def test_every_phase_begins_at_0(run_dir):
    """Which no checkpoint keeps: a run without phases may resume it."""
    phases = [dict(phase, epochs=1) for phase in PHASES]
    runner, record = build_runner(staged_cfg(run_dir / 'w', phases)), \
        Progress()
    runner.register_hook(record, priority='LOWEST')
    runner.train()
    assert record.found == pytest.approx([0, .2, .4, .6, .8] * 3)
    hub = read_checkpoint(run_dir / 'w/epoch_3.pth')['message_hub']
    assert not any('progress' in key for key in hub['runtime_info'])


def test_a_phase_may_keep_the_momentum(run_dir):
    """Two phases then train as one of their length."""
    first, ends = dict(name='a', lr=0.1), []
    for name, phases in (
            ('one', [dict(first, epochs=2)]),
            ('two', [dict(first, epochs=1),
                     dict(name='b', epochs=1, lr=0.1,
                          reset_optimizer=False)])):
        cfg = small_cfg(run_dir / name, **{
            'train_cfg.max_epochs': 2, 'train_dataloader.num_workers': 0,
            'custom_hooks': [dict(type='rd_plugins.PhaseHook',
                                  phases=phases)]})
        cfg.model = dict(cfg.model.teacher, init_cfg=None)
        cfg.param_scheduler = []
        ends.append(train(cfg).model.state_dict())
    assert_same(*ends)
