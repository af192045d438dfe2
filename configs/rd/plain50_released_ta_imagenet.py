"""What JointRD's released command for ImageNet trains (mode TA), 50 layers.

    bash tools/dist_train.sh configs/rd/plain50_released_ta_imagenet.py 8

JointRD's released code, script/resnet_imagenet.sh: Dirac student that keeps
the projections of stages 2 to 4; no hybrids, the margin distance on the plain
path.
Expected: not known. Measured: not run.
"""
_base_ = './plain50_imagenet.py'

# Its hybrids never reach the student: none, and the feature distance of the
# plain path, 1e-4 for each of the 2048 x 7 x 7 positions.
model = dict(
    backbone=dict(
        shortcut='downsample',
        block_conv_cfg=dict(type='rd_plugins.DiracConv2d')),
    hybrid_weight=dict(start=0.0, end=0.0),
    feature_loss=dict(type='rd_plugins.MarginLoss', loss_weight=10.0352),
    feature_paths='plain')

# As released: the factors of the parameterisation do not decay, no warm-up.
optim_wrapper = dict(
    paramwise_cfg=dict(
        custom_keys={
            '.alpha': dict(decay_mult=0.0),
            '.beta': dict(decay_mult=0.0)
        }))
param_scheduler = [
    dict(
        type='MultiStepLR', milestones=[30, 60, 90], gamma=0.1, by_epoch=True)
]
