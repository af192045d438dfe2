"""The configs that a user can read, edit and train again."""
import os
from dataclasses import dataclass
from pathlib import Path

from rd_plugins.utils.package import files_folder
from rd_plugins.utils.whole_file import write_bytes
from .data import Data
from .source import Source

LARGEST_BATCH = 64
# The learning rate of configs/best at its batch size.
RATE, RATE_BATCH = 0.2, 512

TEACHER = '''"""ResNet-{depth} for the {count} classes of {root}.

    python tools/test.py {out}/teacher.py {weights}
"""
_base_ = [
    'mmpretrain::_base_/models/resnet{depth}.py',
    '{configs}/_base_/datasets/own_images.py',
    '{configs}/_base_/default_runtime.py',
]

data_root = {root!r}

model = dict(
    backbone=dict(deep_stem={deep_stem}, avg_down={avg_down}),
    head=dict(num_classes={count}, in_channels={channels}, topk=(1, )))

train_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='RandomResizedCrop', scale={size}),
    dict(type='RandomFlip', prob=0.5, direction='horizontal'),
    dict(type='PackInputs'),
]
test_pipeline = [
    dict(type='LoadImageFromFile'),
    dict(type='ResizeEdge', scale={edge}, edge='short'),
    dict(type='CenterCrop', crop_size={size}),
    dict(type='PackInputs'),
]
train_dataloader = dict(
    batch_size={batch},
    num_workers={workers},
    drop_last=True,  # norms cannot learn from a rest of one image
    dataset=dict(data_root=data_root, pipeline=train_pipeline))
val_dataloader = dict(
    batch_size={batch},
    num_workers={workers},
    dataset=dict(data_root=data_root, pipeline=test_pipeline))
test_dataloader = val_dataloader

{schedule}
val_cfg = dict()
test_cfg = dict()
auto_scale_lr = dict(base_batch_size={batch})
'''

FINE_TUNE = '''"""The teacher learns these classes, from weights given to it.

    python tools/train.py {out}/fine_tune.py
"""
_base_ = './teacher.py'

model = dict(
    backbone=dict(
        init_cfg=dict(
            type='Pretrained',
            checkpoint={given!r},
            prefix='backbone')))

{schedule}
'''

PLAIN = '''"""Strictly plain {depth} layers: the config to test and ship with.

    python tools/test.py {out}/plain.py {out}/train/epoch_{epochs}.pth
"""
_base_ = './teacher.py'

model = dict(backbone=dict(type='rd_plugins.PlainResNet'))
'''

STUDENT = '''"""Fading with logit distillation: it begins residual, ends plain.

    python tools/train.py {out}/student.py

Method: docs/fading.md. Begins with the teacher's weights.
"""
_base_ = './teacher.py'

model = dict(
    type='rd_plugins.LogitDistiller',
    alpha=0.5,
    copy_teacher=True,
    backbone=dict(
        type='rd_plugins.PlainResNet',
        shortcut='fading',
        fade=dict(horizon=0.5)),
    teacher=dict(
        _base_.model,
        init_cfg=dict(
            type='Pretrained',
            checkpoint={weights!r})))

# What is tested and shipped is a moving average of the weights, from when the
# learning rate is low.
custom_hooks = [
    dict(
        type='EMAHook',
        momentum={momentum},
        begin_epoch={average_from})
]
'''

SCHEDULE = '''optim_wrapper = dict(
    optimizer=dict(
        type='SGD', lr={rate}, momentum=0.9, nesterov=True, weight_decay=1e-4))
param_scheduler = [
    dict(
        type='CosineAnnealingLR',
        T_max={epochs},
        by_epoch=True,
        convert_to_iter_based=True)
]
train_cfg = dict(by_epoch=True, max_epochs={epochs}, val_interval=1)'''


@dataclass
class Recipe:
    """The numbers of the configs.

    Args:
        out (str): The folder to write to.
        given (str): The checkpoint with MMPretrain's keys.
        source (Source): Which ResNet it is.
        data (Data): The images.
        size (int): Height and width of the network's input.
        epochs (int): Epochs of the student.
    """
    out: str
    given: str
    source: Source
    data: Data
    size: int
    epochs: int

    @property
    def batch(self) -> int:
        """Images per batch: sixteen batches an epoch, if there are enough."""
        return max(2, min(LARGEST_BATCH, self.data.images // 16))

    @property
    def learns_classes(self) -> bool:
        """Whether the teacher must learn these classes first."""
        return self.source.classes != len(self.data.classes)

    @property
    def teacher_epochs(self) -> int:
        """Epochs in which it does: a third of the student's."""
        return max(1, self.epochs // 3)

    @property
    def weights(self) -> str:
        """The teacher's weights."""
        if self.learns_classes:
            return f'{self.out}/fine_tune/epoch_{self.teacher_epochs}.pth'
        return self.given

    @property
    def momentum(self) -> float:
        """Averages about a twenty-fifth of the run, as configs/best do."""
        steps = self.epochs * max(1, self.data.images // self.batch)
        return round(min(0.5, 25 / steps), 6)

    def _schedule(self, epochs: int, factor: float) -> str:
        rate = RATE * factor * self.batch / RATE_BATCH
        return SCHEDULE.format(epochs=epochs, rate=float(f'{rate:.3g}'))

    def texts(self) -> dict:
        """The text of each config, by the name of its file."""
        words = dict(
            out=self.out, given=self.given, weights=self.weights,
            configs=files_folder() / 'configs',
            depth=self.source.depth, deep_stem=self.source.deep_stem,
            avg_down=self.source.avg_down, channels=self.source.channels,
            root=self.data.root, count=len(self.data.classes),
            size=self.size, edge=round(self.size / 0.875), batch=self.batch,
            workers=min(4, os.cpu_count() or 1), epochs=self.epochs,
            momentum=self.momentum, average_from=self.epochs * 3 // 4 + 1)
        texts = {
            'teacher.py': TEACHER.format(
                **words, schedule=self._schedule(self.epochs, 1)),
            'plain.py': PLAIN.format(**words),
            'student.py': STUDENT.format(**words),
        }
        if self.learns_classes:
            texts['fine_tune.py'] = FINE_TUNE.format(
                **words, schedule=self._schedule(self.teacher_epochs, 0.4))
        return texts

    def write(self) -> None:
        """Write the configs that are not there; edited ones stay."""
        for name, text in self.texts().items():
            path = Path(self.out) / name
            if not path.exists():
                write_bytes(text.encode(), str(path))
