"""plain50_imagenet.py with the margin distance on every path.

    bash tools/dist_train.sh configs/rd/plain50_margin_imagenet.py 8

Weights of JointRD's released code: 1e-4 for each of 2048 x 7 x 7 positions,
hybrids end at 0.005. It has the distance on the plain path alone.
Expected: not known. Measured: not run.
"""
_base_ = './plain50_imagenet.py'

model = dict(
    hybrid_weight=dict(end=0.005),
    feature_loss=dict(type='rd_plugins.MarginLoss', loss_weight=10.0352))
