"""Classification with OpenVINO in float32, one image at a time.

    python tools/deploy.py CONFIG CHECKPOINT --backend openvino

Takes configs/deploy/classification_openvino_static.py. Expected and measured:
see docs/deployment.md. MMDeploy's runtime takes no larger batches.
"""
_base_ = './_base_/static.py'

# The command puts in the size of the config's images.
backend_config = dict(
    type='openvino',
    mo_options=dict(args={'--compress_to_fp16': 'False'}),
    model_inputs=[dict(opt_shapes=dict(input=[1, 3, 224, 224]))])
