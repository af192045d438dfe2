"""Classification with OpenVINO, weights stored in float16, image by image.

    python tools/deploy.py CONFIG CHECKPOINT --backend openvino --fp16 \\
        --exporter mmdeploy

Takes configs/deploy/classification_openvino-fp16_static.py. Expected: the
outputs of the model to 1e-2. Measured: see docs/deployment.md.
"""
_base_ = './classification_openvino_static.py'

backend_config = dict(mo_options=dict(args={'--compress_to_fp16': 'True'}))
