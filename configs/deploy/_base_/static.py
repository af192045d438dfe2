"""A classifier as ONNX graph for one image, for all backends alike."""
custom_imports = dict(imports=['rd_plugins.shipping.export.onnx_export'])

codebase_config = dict(type='mmpretrain', task='Classification')
onnx_config = dict(
    type='onnx',
    export_params=True,
    keep_initializers_as_inputs=False,
    opset_version=17,
    save_file='end2end.onnx',
    input_names=['input'],
    output_names=['output'],
    input_shape=None,
    optimize=False)
