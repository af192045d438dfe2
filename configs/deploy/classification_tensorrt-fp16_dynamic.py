"""Classification with TensorRT in float16, batches up to 64. Needs a GPU.

    python tools/deploy.py CONFIG CHECKPOINT --backend tensorrt --fp16 \\
        --dynamic

Takes configs/deploy/classification_tensorrt-fp16_dynamic.py. Expected: the
outputs of the model to 1e-2. Measured: not run.
"""
_base_ = './classification_tensorrt_dynamic.py'

backend_config = dict(common_config=dict(fp16_mode=True))
