"""Fading stage by stage: plain-56 that begins as its teacher, on CIFAR-10.

    python tools/train.py configs/rd/resnet56_cifar10.py    # the teacher
    python tools/train.py configs/fading/plain56_stages_cifar10.py

While a stage's shortcuts fade, it alone is trained, to keep the output of the
teacher's stage; then everything, with the teacher's predictions
(docs/fading.md).
Expected: not known. Measured: 92.35 % in 30 epochs, 8, 8, 8 and 6
(docs/results/cifar10_plain56_20e.md).
"""
_base_ = './plain20_stages_cifar10.py'

model = dict(
    backbone=dict(depth=56),
    teacher=dict(
        backbone=dict(depth=56),
        init_cfg=dict(checkpoint='work_dirs/resnet56_cifar10/epoch_200.pth')))
