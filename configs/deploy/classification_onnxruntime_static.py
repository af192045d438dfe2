"""Classification with ONNX Runtime, one image at a time.

    python tools/deploy.py CONFIG CHECKPOINT --backend onnxruntime

Takes configs/deploy/classification_onnxruntime_static.py. Expected and
measured: see docs/deployment.md.
"""
_base_ = './_base_/static.py'

backend_config = dict(type='onnxruntime')
