"""Makes MMDeploy use PyTorch's tracing ONNX exporter.

Imported by ``custom_imports`` in the configs of ``configs/deploy``.
"""
from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(func_name='torch.onnx.export')
def export_by_tracing(*args, **kwargs):
    """Export by tracing, not by ``torch.export``.

    ``torch.export`` is the default since PyTorch 2.9. It does not support the
    partial functions by which MMDeploy replaces a model's forward.
    """
    kwargs['dynamo'] = False
    return FUNCTION_REWRITER.get_context().origin_func(*args, **kwargs)
