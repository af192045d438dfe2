"""Runs that take a second."""
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from tempfile import gettempdir
from uuid import uuid4

import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmpretrain.registry import MODELS

from rd_plugins.engine.launch import build_runner
from rd_plugins.engine.wrapping import unwrap_model
from tests.helpers import DEMO, ROOT

WEAK = 'layer2.1'
# The shape of the stage-wise recipes, two epochs each.
PHASES = [
    dict(name='stage 1', epochs=2, train=['backbone.layer1'], loss='stage1',
         lr=0.1),
    dict(name='stage 2', epochs=2, train=['backbone.layer2'], loss='stage2',
         lr=0.05),
    dict(name='all', epochs=2, loss='finetune', lr=0.02, schedule='cosine'),
]


@lru_cache(maxsize=None)
def _parsed(name: str) -> Config:
    cfg = Config.fromfile(ROOT / DEMO / f'{name}.py')
    # A run formats its config with every checkpoint, which takes longer than
    # an epoch here. ``fromfile`` passes its option for that to nobody.
    vars(cfg)['_format_python_code'] = False
    return cfg


def demo_cfg(name: str) -> Config:
    """A config of the demo, which may be changed."""
    return deepcopy(_parsed(name))


class Interrupt(Hook):
    """Ends a run before an epoch begins, as a killed job would."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def before_train_epoch(self, runner) -> None:
        if runner.epoch == self.epoch:
            raise KeyboardInterrupt


class RecordHybridWeight(Hook):
    """Notes the weight of the hybrids in every step."""

    def __init__(self):
        self.weights = []

    def after_train_iter(self, runner, batch_idx, data_batch=None,
                         outputs=None):
        self.weights.append(float(outputs['hybrid_weight']))


def save_teacher(path: Path) -> None:
    """A teacher with random weights."""
    teacher = MODELS.build(demo_cfg('resnet20_mnist5k').model)
    teacher.init_weights()
    torch.save(dict(state_dict=teacher.state_dict()), path)


def small_cfg(work_dir: Path, **options) -> Config:
    """The demo's JointRD config with 40 images, batches of 8, 3 epochs."""
    cfg = demo_cfg('plain20_mnist5k')
    # Runs side by side have one teacher, but not those of other tests.
    is_alone = work_dir.parent == Path(gettempdir())
    teacher = (work_dir if is_alone else work_dir.parent) / 'teacher.pth'
    if not teacher.exists():
        teacher.parent.mkdir(exist_ok=True, parents=True)
        save_teacher(teacher)
    cfg.work_dir = str(work_dir)
    cfg.launcher = 'none'
    # Runs of the same second would share their logs.
    cfg.experiment_name = uuid4().hex
    cfg.merge_from_dict({
        'model.teacher.init_cfg.checkpoint': str(teacher),
        'train_dataloader.batch_size': 8,
        'train_dataloader.dataset.indices': 40,
        'val_dataloader.dataset.indices': 20,
        'val_dataloader.num_workers': 0,
        'train_cfg.max_epochs': 3,
        'param_scheduler.total_steps': 3,
        **options
    })
    return cfg


def train(cfg: Config, stop_before: int = None):
    """Train; with ``stop_before``, until that epoch would begin."""
    runner = build_runner(cfg)
    if stop_before is None:
        runner.train()
        return runner
    runner.register_hook(Interrupt(stop_before), priority='HIGHEST')
    try:
        runner.train()
    except KeyboardInterrupt:
        return runner
    raise AssertionError('the run was not interrupted')


def epsilon_cfg(work_dir: Path, **options) -> Config:
    """The run of :func:`small_cfg` with a narrow ε-ResNet of nine blocks."""
    cfg = small_cfg(
        work_dir, **{
            'model.head.in_channels': 16,
            'train_dataloader.num_workers': 0,
            'custom_hooks': [dict(type='rd_plugins.DeadBlockHook')],
            **options
        })
    for key in ('teacher', 'hybrid_weight'):
        cfg.model.pop(key)
    cfg.model.type = 'rd_plugins.SideSupervised'
    cfg.model.backbone = dict(
        type='rd_plugins.EpsilonResNet_CIFAR',
        depth=20,
        epsilon=2.5,
        in_channels=1,
        base_channels=4)
    cfg.param_scheduler = [
        dict(
            type='rd_plugins.RestartMultiStepLR',
            milestones=[1],
            factors=[0.1],
            restart_milestones=[1],
            tail=0)
    ]
    return cfg


@HOOKS.register_module(force=True)
class Weaken(Hook):
    """Makes a block respond weakly from an epoch on."""

    def __init__(self, epoch: int = 1, name: str = WEAK) -> None:
        self.epoch, self.name = epoch, name

    def before_train_epoch(self, runner) -> None:
        if runner.epoch == self.epoch:
            block = unwrap_model(runner).backbone.get_submodule(self.name)
            block.conv2.weight.data.mul_(1e-3)


def weak_cfg(work_dir: Path, hooks=(), closed_steps=5, **options) -> Config:
    """Five epochs of five steps; a block is closed from the second on.

    No other block is: at this threshold, tiny images move no gate.
    """
    cfg = epsilon_cfg(
        work_dir, **{
            'train_cfg.max_epochs': 5,
            'custom_hooks': [
                dict(type='rd_plugins.DeadBlockHook',
                     closed_steps=closed_steps, calibration_batches=2),
                dict(type='Weaken'), *hooks
            ],
            **options
        })
    cfg.model.backbone.epsilon = 0.2
    return cfg


def staged_cfg(work_dir: Path, phases=PHASES, **options) -> Config:
    """The run of :func:`small_cfg` in phases, JointRD in the last."""
    cfg = small_cfg(
        work_dir, **{
            'train_cfg.max_epochs': sum(phase['epochs'] for phase in phases),
            'train_dataloader.num_workers': 0,
            'custom_hooks': [dict(type='rd_plugins.PhaseHook', phases=phases)],
            **options
        })
    cfg.model.type = 'rd_plugins.StagewiseDistiller'
    hybrid_weight = cfg.model.pop('hybrid_weight')
    cfg.model.finetune = dict(
        type='rd_plugins.JointRD', hybrid_weight=hybrid_weight)
    cfg.param_scheduler = []
    return cfg


def fading_cfg(work_dir: Path, **options) -> Config:
    """Four epochs in which a student's shortcuts fade, in the first two."""
    cfg = small_cfg(
        work_dir, **{
            'train_cfg.max_epochs': 4,
            'param_scheduler.total_steps': 4,
            **options
        })
    cfg.model.type = 'rd_plugins.LogitDistiller'
    cfg.model.pop('hybrid_weight')
    cfg.model.copy_teacher = True
    cfg.model.backbone.update(shortcut='fading_pad', fade=dict(horizon=0.5))
    return cfg


def staged_fading_cfg(work_dir: Path, fade: dict, **options) -> Config:
    """The phases of :func:`staged_cfg`; shortcuts fade stage by stage."""
    cfg = staged_cfg(work_dir, **options)
    cfg.model.finetune = dict(type='rd_plugins.LogitDistiller')
    cfg.model.backbone.update(shortcut='fading_pad', fade=fade)
    return cfg
