"""The latency of the networks of a table, measured side by side."""
import os
from typing import Dict, List

import torch

from rd_plugins.models.utils.fold import folded_copy
from rd_plugins.utils.measure import forward_pass, median_times
from .run import Run
from .size import student_config, tested_network, tested_shape


def latencies(runs: List[Run]) -> Dict[str, dict]:
    """Median milliseconds per image, at batch 1 and with norms folded.

    Rows whose networks have one config share a measurement, so what they
    differ by is not noise.

    Returns:
        dict[str, dict]: By row: ``ms``, and ``threads`` or ``gpu``; without
        rows whose config does not say how large an image is.
    """
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    passes, networks = {}, {}
    for run in runs:
        cfg = student_config(run)
        shape = tested_shape(cfg)
        if not shape:
            continue
        model = tested_network(run, cfg)
        own = run.name if hasattr(model.backbone, 'dead_blocks') else ''
        network = (str(cfg.model), shape, own)
        networks[run.row.name] = network
        image = torch.randn(1, *shape, device=device)
        passes[network] = forward_pass(
            folded_copy(model).to(device), [image])
    times = median_times(passes)
    where = dict(gpu=torch.cuda.get_device_name()) if device == 'cuda' else \
        dict(threads=torch.get_num_threads(), cores=os.cpu_count())
    return {row: dict(ms=1000 * times[network], **where)
            for row, network in networks.items()}
