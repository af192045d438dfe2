"""ε-ResNet-152 on ImageNet.

    bash tools/dist_train.sh configs/epsilon/epsilon152_imagenet.py 8

Learning Strict Identity Mappings (arXiv 1804.01661), its released code. Gates
look at 32 images, in the source at 42 or 43.
Expected: 22.8 % top-1 and 6.4 % top-5 error, on average 36.2 % of the gates
closed.
Measured: not run.
"""
_base_ = './epsilon101_imagenet.py'

model = dict(backbone=dict(depth=152, epsilon=1.8))
