"""preact152_imagenet.py with side supervision, without gates.

    bash tools/dist_train.sh configs/epsilon/preact152_side_imagenet.py 8

Recipe: as preact152_imagenet.py's.
Expected: no number is published. Measured: not run.
"""
_base_ = './preact152_imagenet.py'

model = dict(type='rd_plugins.SideSupervised')
