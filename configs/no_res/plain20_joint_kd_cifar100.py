"""No-Res, then JointRD and the teacher's logits: plain-20 on CIFAR-100.

    python tools/train.py configs/rd/resnet20_cifar100.py  # teacher
    python tools/train.py configs/no_res/plain20_joint_kd_cifar100.py

plain20_joint_cifar100.py with logit distillation beside it.
Expected: not known. Measured: not run.
"""
_base_ = './plain20_joint_cifar100.py'

model = dict(
    finetune=dict(
        logit_loss=dict(
            type='rd_plugins.LogitLoss', temperature=4.0, loss_weight=0.5)))
