"""Folders of tiny pictures."""
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = ('blue', 'green', 'red')


def picture(label: int, size: int, seed: int) -> Image.Image:
    """Noise, brighter in the channel of its class."""
    pixels = np.random.RandomState(seed).randint(0, 120, (size, size + 8, 3))
    pixels[..., 2 - label] += 120
    return Image.fromarray(pixels.astype(np.uint8))


def save_pictures(root: Path, each: int = 4, size: int = 40) -> Path:
    """``ROOT/{train,val}/CLASS/*.png``, three classes; returns the root."""
    for part, offset in (('train', 0), ('val', 1000)):
        for label, name in enumerate(CLASSES):
            folder = root / part / name
            folder.mkdir(parents=True)
            for index in range(each):
                picture(label, size, offset + 10 * index + label).save(
                    folder / f'{index}.png')
    return root


CONFIG = """
data = dict(
    type='CustomDataset', data_root={root!r}, pipeline=[
        dict(type='LoadImageFromFile'),
        dict(type='ResizeEdge', scale=36, edge='short'),
        dict(type='CenterCrop', crop_size=32),
        dict(type='PackInputs')])
data_preprocessor = dict(
    mean=[120., 110., 100.], std=[60., 50., 40.], to_rgb=True)
train_dataloader = dict(
    batch_size=4, num_workers=0, dataset=dict(data, data_prefix='train'),
    sampler=dict(type='DefaultSampler', shuffle=True))
val_dataloader = test_dataloader = dict(
    batch_size=4, num_workers=0, dataset=dict(data, data_prefix='val'),
    sampler=dict(type='DefaultSampler', shuffle=False))
val_evaluator = test_evaluator = dict(type='Accuracy', topk=(1, ))
val_cfg = test_cfg = dict()
model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='rd_plugins.PlainResNet', depth=18, stem_channels=4,
        base_channels=4),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(type='LinearClsHead', num_classes=3, in_channels=32))
"""


def save_config(folder: Path, root: Path) -> Path:
    """A narrow plain network on the pictures, and its config."""
    path = folder / 'narrow.py'
    path.write_text(CONFIG.format(root=str(root)))
    return path
