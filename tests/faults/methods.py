"""One tiny run of every method: epochs of five steps, seconds on a CPU."""
from pathlib import Path

from mmengine.config import Config

from tests.helpers.runs import (epsilon_cfg, fading_cfg, small_cfg, staged_cfg,
                                weak_cfg)

# Images of all processes together in one step
BATCH = 12
LEAN = {
    'train_dataloader.num_workers': 0,
    'train_dataloader.dataset.indices': 60,
    'default_hooks.checkpoint.max_keep_ckpts': 1,
}
EMA = dict(type='EMAHook', momentum=0.1)


def cross_entropy(folder: Path) -> Config:
    """A plain student with Dirac convolutions and no teacher."""
    cfg = small_cfg(folder, **LEAN)
    for key in ('teacher', 'hybrid_weight'):
        cfg.model.pop(key)
    cfg.model.type = 'ImageClassifier'
    cfg.model.backbone.block_conv_cfg = dict(type='rd_plugins.DiracConv2d')
    return cfg


def joint(folder: Path) -> Config:
    """JointRD with averaged weights."""
    return small_cfg(folder, **LEAN, custom_hooks=[EMA])


def joint_at_random(folder: Path) -> Config:
    """One hybrid a step, drawn anew, with logits and features."""
    return small_cfg(folder, **LEAN, **{
        'model.hybrids': 'one',
        'model.logit_loss': dict(type='rd_plugins.LogitLoss'),
        'model.feature_loss': dict(type='rd_plugins.MarginLoss'),
        'model.feature_paths': 'plain',
    })


def co_trained(folder: Path) -> Config:
    """A teacher that trains beside its student."""
    return small_cfg(folder, **LEAN, **{'model.co_train_teacher': True})


def staged(folder: Path) -> Config:
    """No-Res, then JointRD: six epochs in three phases."""
    return staged_cfg(folder, **LEAN)


def logits(folder: Path) -> Config:
    """Distillation of predictions."""
    cfg = small_cfg(folder, **LEAN)
    cfg.model.type = 'rd_plugins.LogitDistiller'
    cfg.model.pop('hybrid_weight')
    return cfg


def fading(folder: Path) -> Config:
    """Shortcuts that fade over half of the run."""
    return fading_cfg(folder, **LEAN)


def side_heads(folder: Path) -> Config:
    """An ε-ResNet whose gates stay open, with side supervision."""
    return epsilon_cfg(folder, **LEAN)


def dying_blocks(folder: Path) -> Config:
    """An ε-ResNet with a death and a restart of the learning rate."""
    return weak_cfg(folder, **LEAN)


METHODS = {
    function.__name__: function
    for function in (cross_entropy, joint, joint_at_random, co_trained,
                     staged, logits, fading, side_heads, dying_blocks)
}


def method_cfg(name: str, folder: Path, ranks: int) -> Config:
    """The run of a method in several processes, with the same batch."""
    cfg = METHODS[name](folder)
    cfg.train_dataloader.batch_size = BATCH // ranks
    cfg.launcher = 'none' if ranks == 1 else 'pytorch'
    return cfg
