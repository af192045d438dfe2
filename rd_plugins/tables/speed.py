"""The latency of the networks of a table, measured side by side."""
import os
from typing import Dict, List

import torch

from rd_plugins.engine.launch import build_model
from rd_plugins.models.utils.fold import folded_copy
from rd_plugins.shipping.read import image_shape
from rd_plugins.shipping.student import read_student_config
from rd_plugins.utils.measure import forward_pass, median_times
from .run import Run


def latencies(runs: List[Run]) -> Dict[str, dict]:
    """Median milliseconds per image, at batch 1 and with norms folded.

    Rows whose networks have one config share a measurement, so what they
    differ by is not noise.

    Returns:
        dict[str, dict]: By row: ``ms``, and ``threads`` or ``gpu``.
    """
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    passes = {}
    for path in {run.row.test_config for run in runs}:
        cfg = read_student_config(path)
        image = torch.randn(1, *image_shape(cfg), device=device)
        model = folded_copy(build_model(cfg).eval())
        passes[path] = forward_pass(model.to(device), [image])
    times = median_times(passes)
    where = dict(gpu=torch.cuda.get_device_name()) if device == 'cuda' else \
        dict(threads=torch.get_num_threads(), cores=os.cpu_count())
    return {run.row.name: dict(ms=1000 * times[run.row.test_config], **where)
            for run in runs}
