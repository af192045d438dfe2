"""Plain-20 on 4,000 digits, by No-Res whose last phase is JointRD.

    python tools/train.py configs/demo/resnet20_mnist5k.py  # teacher
    python tools/train.py configs/demo/plain20_no_res_joint_mnist5k.py

Expected: not known. Measured: 96.50 % (docs/results/digits_20_layers.md).
"""
_base_ = './plain20_no_res_mnist5k.py'

model = dict(finetune=dict(type='rd_plugins.JointRD'))
