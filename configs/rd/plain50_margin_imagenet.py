"""plain50_imagenet.py with the margin feature distance on every path.

    bash tools/dist_train.sh configs/rd/plain50_margin_imagenet.py 8

Source: Residual Distillation (NeurIPS 2020). The weight is that of the
released code: 1e-4 times the 2048 x 7 x 7 positions that it sums over.
Expected: no published number is known.
Measured: not run.
"""
_base_ = './plain50_imagenet.py'

model = dict(
    hybrid_weight=dict(end=0.005),
    feature_loss=dict(type='rd_plugins.MarginLoss', loss_weight=10.0))
