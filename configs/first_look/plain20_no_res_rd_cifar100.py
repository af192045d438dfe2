"""First look on a CPU: plain-20 stage by stage, then JointRD.

    python tools/train.py configs/first_look/plain20_no_res_rd_cifar100.py \
        --work-dir work_dirs/first_look/plain20_no_res_rd_cifar100

Expected: not known. Measured: 53.70 and 52.85 % (docs/results/first_look.md).
"""
_base_ = './plain20_no_res_cifar100.py'

model = dict(
    finetune=dict(
        type='rd_plugins.JointRD',
        hybrid_weight=dict(start=1.0, end=0.5, horizon=0.3)))
