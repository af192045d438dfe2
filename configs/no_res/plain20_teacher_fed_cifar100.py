"""No-Res whose stages read the teacher's features: plain-20 on CIFAR-100.

    python tools/train.py configs/rd/resnet20_cifar100.py  # teacher
    python tools/train.py configs/no_res/plain20_teacher_fed_cifar100.py

plain20_cifar100.py with other inputs.
Expected: not known. Measured: not run.
"""
_base_ = './plain20_cifar100.py'

model = dict(stage_inputs='teacher')
