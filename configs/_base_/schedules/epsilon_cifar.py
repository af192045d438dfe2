"""1000 epochs on CIFAR with restarts, as in ε-ResNet's released code.

Batch 128, SGD with momentum, weight decay 2e-4 on the weights of convolutions
and linear layers alone. The learning rate starts at 0.1, and does so again
when a block is lost.
"""
optim_wrapper = dict(
    optimizer=dict(type='SGD', lr=0.1, momentum=0.9, weight_decay=2e-4),
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0))

param_scheduler = [
    dict(
        type='rd_plugins.RestartMultiStepLR',
        milestones=[82, 123, 300],
        factors=[0.1, 0.01, 0.002],
        restart_milestones=[41, 61, 150])
]

train_cfg = dict(by_epoch=True, max_epochs=1000, val_interval=1)
val_cfg = dict()
test_cfg = dict()

# Scales the learning rate with the batch size under --auto-scale-lr.
auto_scale_lr = dict(base_batch_size=128)
