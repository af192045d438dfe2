"""Tiny networks."""
from mmengine.config import Config


def classifier_cfg(shortcut: str = 'pad', **backbone) -> dict:
    """A ResNet-20 that is four channels wide."""
    return dict(
        type='ImageClassifier',
        backbone=dict(
            type='rd_plugins.CifarResNet',
            depth=20,
            stem_channels=4,
            base_channels=4,
            shortcut=shortcut,
            **backbone),
        neck=dict(type='GlobalAveragePooling'),
        head=dict(type='LinearClsHead', num_classes=5, in_channels=16))


def recorded(shortcut: str) -> dict:
    """The metadata that a Runner saves with such a classifier."""
    return dict(cfg=Config(dict(model=classifier_cfg(shortcut))).pretty_text)
