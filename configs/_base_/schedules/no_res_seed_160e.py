"""160 epochs as in ResNet with No Res (github.com/tgjjj/ResNet-Distillation).

SGD without weight decay, learning rate 0.1 divided by 10 after epochs 120 and
145.
"""
optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.1, momentum=0.9))

param_scheduler = [
    dict(type='MultiStepLR', milestones=[120, 145], gamma=0.1, by_epoch=True)
]

train_cfg = dict(by_epoch=True, max_epochs=160, val_interval=1)
val_cfg = dict()
test_cfg = dict()

# Scales the learning rate with the batch size under --auto-scale-lr.
auto_scale_lr = dict(base_batch_size=1024)
