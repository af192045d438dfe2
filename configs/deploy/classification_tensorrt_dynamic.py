"""Classification with TensorRT in float32, batches up to 64. Needs a GPU.

    python tools/deploy.py CONFIG CHECKPOINT --backend tensorrt --dynamic

Takes configs/deploy/classification_tensorrt_dynamic.py. Expected: the outputs
of the model to 1e-4. Measured: not run.
"""
_base_ = './_base_/dynamic.py'

# The command puts in the size of the config's images.
backend_config = dict(
    type='tensorrt',
    common_config=dict(fp16_mode=False, max_workspace_size=1 << 30),
    model_inputs=[
        dict(
            input_shapes=dict(
                input=dict(
                    min_shape=[1, 3, 224, 224],
                    opt_shape=[8, 3, 224, 224],
                    max_shape=[64, 3, 224, 224])))
    ])
