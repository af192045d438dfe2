"""Classification with TensorRT in float16, one image at a time. Needs a GPU.

    python tools/deploy.py CONFIG CHECKPOINT --backend tensorrt --fp16

Takes configs/deploy/classification_tensorrt-fp16_static.py. Expected: the
outputs of the model to 1e-2. Measured: not run.
"""
_base_ = './classification_tensorrt_static.py'

backend_config = dict(common_config=dict(fp16_mode=True))
