"""A run of the demo's student that takes a second."""
from pathlib import Path
from uuid import uuid4

import torch
from mmengine.config import Config
from mmengine.hooks import Hook
from mmpretrain.registry import MODELS

from rd_plugins.engine.launch import build_runner

ROOT = Path(__file__).resolve().parents[2]


class Interrupt(Hook):
    """Ends a run before an epoch begins, as a killed job would."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def before_train_epoch(self, runner) -> None:
        if runner.epoch == self.epoch:
            raise KeyboardInterrupt


def save_teacher(path: Path) -> None:
    """A teacher with random weights."""
    cfg = Config.fromfile(ROOT / 'configs/demo/resnet20_mnist5k.py')
    teacher = MODELS.build(cfg.model)
    teacher.init_weights()
    torch.save(dict(state_dict=teacher.state_dict()), path)


def small_cfg(work_dir: Path, **options) -> Config:
    """The demo's JointRD config with 40 images, batches of 8, 3 epochs."""
    cfg = Config.fromfile(ROOT / 'configs/demo/plain20_mnist5k.py')
    teacher = work_dir.parent / 'teacher.pth'
    if not teacher.exists():
        work_dir.parent.mkdir(exist_ok=True, parents=True)
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
