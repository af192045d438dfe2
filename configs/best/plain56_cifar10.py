"""The recipe to begin with: plain-56 on CIFAR-10.

    python tools/train.py configs/rd/resnet56_cifar10.py    # the teacher
    python tools/train.py configs/best/plain56_cifar10.py

Shortcuts fade stage by stage, while each stage is fitted to the teacher's,
then logit distillation (docs/fading.md).
Expected: not known.
Measured: 92.35 % in 30 epochs, 8, 8, 8 and 6
(docs/results/cifar10_plain56_20e.md).
"""
_base_ = '../fading/plain56_stages_cifar10.py'
