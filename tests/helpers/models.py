"""Tiny networks."""


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
