"""A classifier as ONNX graph for batches of any size."""
_base_ = './static.py'

onnx_config = dict(
    dynamic_axes=dict(input={0: 'batch'}, output={0: 'batch'}))
