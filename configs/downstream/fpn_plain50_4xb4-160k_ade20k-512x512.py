"""Semantic FPN on ADE20K with a strictly plain 50-layer backbone.

    mim train mmsegmentation \
        configs/downstream/fpn_plain50_4xb4-160k_ade20k-512x512.py --gpus 4

MMSegmentation's recipe for ResNet-50; only the backbone differs, and starts
from a student of configs/rd/plain50_imagenet.py.
Expected: 37.49 mIoU is MMSegmentation's with ResNet-50. Measured: not run.
"""
_base_ = 'mmseg::sem_fpn/fpn_r50_4xb4-160k_ade20k-512x512.py'

model = dict(
    pretrained=None,
    backbone=dict(
        _delete_=True,
        type='rd_plugins.PlainResNet',
        depth=50,
        out_indices=(0, 1, 2, 3),
        norm_cfg=dict(type='SyncBN', requires_grad=True),
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/plain50_imagenet/epoch_120.pth',
            prefix='backbone.')))
