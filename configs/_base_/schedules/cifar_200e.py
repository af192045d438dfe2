"""200 epochs on CIFAR, the schedule of JointRD's released code.

Batch 128, SGD with Nesterov momentum, learning rate 0.1 divided by 10 after
epochs 100 and 150, weight decay 5e-4. Added: five epochs of warm-up, because
a plain network starts with far larger gradients than a ResNet.
"""
optim_wrapper = dict(
    optimizer=dict(
        type='SGD', lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4))

param_scheduler = [
    dict(
        type='LinearLR',
        start_factor=0.1,
        end=5,
        by_epoch=True,
        convert_to_iter_based=True),
    dict(type='MultiStepLR', milestones=[100, 150], gamma=0.1, by_epoch=True),
]

train_cfg = dict(by_epoch=True, max_epochs=200, val_interval=1)
val_cfg = dict()
test_cfg = dict()

# Scales the learning rate with the batch size under --auto-scale-lr.
auto_scale_lr = dict(base_batch_size=128)
