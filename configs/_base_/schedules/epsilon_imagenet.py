"""110 epochs on ImageNet, as in ε-ResNet's released code.

Batch 256 (8 x 32), SGD with Nesterov momentum, weight decay 1e-4 on the
weights of convolutions and linear layers alone. The learning rate never
restarts.
"""
optim_wrapper = dict(
    optimizer=dict(
        type='SGD', lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-4),
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0))

param_scheduler = [
    dict(
        type='MultiStepLR',
        milestones=[30, 60, 85, 95],
        gamma=0.1,
        by_epoch=True)
]

train_cfg = dict(by_epoch=True, max_epochs=110, val_interval=1)
val_cfg = dict()
test_cfg = dict()

# Scales the learning rate with the batch size under --auto-scale-lr.
auto_scale_lr = dict(base_batch_size=256)
