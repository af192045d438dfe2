"""epsilon101_imagenet.py with gates that look at the images of all GPUs.

    bash tools/dist_train.sh configs/epsilon/epsilon101_global_imagenet.py 8

Ours. A local gate looks at 32 images here, and at 64 in the released code (256
on 4 GPUs): the fewer, the more easily it closes. Here it looks at all 256 of
the step, whatever the number of GPUs.
Expected: not known. Measured: not run.
"""
_base_ = './epsilon101_imagenet.py'

model = dict(backbone=dict(gate_scope='global'))
