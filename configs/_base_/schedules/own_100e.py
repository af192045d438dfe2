"""100 epochs on a cosine for a few thousand images or more, batch 64.

SGD with Nesterov momentum, learning rate 0.05 after five epochs of warm-up,
weight decay 1e-4.
"""
optim_wrapper = dict(
    optimizer=dict(
        type='SGD', lr=0.05, momentum=0.9, nesterov=True, weight_decay=1e-4))

param_scheduler = [
    dict(
        type='LinearLR',
        start_factor=0.1,
        end=5,
        by_epoch=True,
        convert_to_iter_based=True),
    dict(
        type='CosineAnnealingLR',
        begin=5,
        end=100,
        T_max=95,
        by_epoch=True,
        convert_to_iter_based=True),
]

train_cfg = dict(by_epoch=True, max_epochs=100, val_interval=1)
val_cfg = dict()
test_cfg = dict()

# Scales the learning rate with the batch size under --auto-scale-lr.
auto_scale_lr = dict(base_batch_size=64)
