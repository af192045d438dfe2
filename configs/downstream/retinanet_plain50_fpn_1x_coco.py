"""RetinaNet on COCO with a strictly plain 50-layer backbone.

    mim train mmdet configs/downstream/retinanet_plain50_fpn_1x_coco.py \
        --gpus 8

MMDetection's recipe for ResNet-50; only the backbone differs, and starts from
a student of configs/rd/plain50_imagenet.py.
Expected: 36.5 box AP is MMDetection's with ResNet-50. Measured: not run.
"""
_base_ = 'mmdet::retinanet/retinanet_r50_fpn_1x_coco.py'

model = dict(
    backbone=dict(
        _delete_=True,
        type='rd_plugins.PlainResNet',
        depth=50,
        out_indices=(0, 1, 2, 3),
        frozen_stages=1,
        norm_cfg=dict(type='BN', requires_grad=True),
        norm_eval=True,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='work_dirs/plain50_imagenet/epoch_120.pth',
            prefix='backbone.')))
