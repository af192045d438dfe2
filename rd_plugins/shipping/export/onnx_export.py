"""Keeps MMDeploy's ONNX export on the exporter that it was written for.

Loaded by ``custom_imports`` in the configs of ``configs/deploy``.
"""
import inspect

from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(func_name='torch.onnx.export')
def export_by_tracing(*args, **kwargs):
    """Export by tracing, also where PyTorch would use ``torch.export``.

    Since PyTorch 2.9 the latter is the default; it cannot follow the partial
    functions that MMDeploy wraps around a model's forward.
    """
    export = FUNCTION_REWRITER.get_context().origin_func
    if 'dynamo' in inspect.signature(export).parameters:
        kwargs['dynamo'] = False
    return export(*args, **kwargs)
