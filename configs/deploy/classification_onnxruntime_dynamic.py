"""Classification with ONNX Runtime, batches of any size.

    python tools/deploy.py CONFIG CHECKPOINT --backend onnxruntime --dynamic

Takes configs/deploy/classification_onnxruntime_dynamic.py. Expected and
measured: see docs/deployment.md.
"""
_base_ = './_base_/dynamic.py'

backend_config = dict(type='onnxruntime')
