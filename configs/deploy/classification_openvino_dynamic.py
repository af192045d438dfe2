"""Classification with OpenVINO, batches of any size.

    python tools/deploy.py CONFIG CHECKPOINT --backend openvino --dynamic

Takes configs/deploy/classification_openvino_dynamic.py. Expected and measured:
see docs/deployment.md.
"""
_base_ = './_base_/dynamic.py'

# The command puts in the size of the config's images.
backend_config = dict(
    type='openvino',
    model_inputs=[dict(opt_shapes=dict(input=[1, 3, 224, 224]))])
