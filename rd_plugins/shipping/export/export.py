"""Export of a trained classifier, with a check of the backend's outputs."""
import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Dict, List

import torch
from torch import nn

from rd_plugins.engine.launch import check_data_folders
from rd_plugins.shipping.evaluate import evaluate, scores_differ_by
from rd_plugins.shipping.read import (TrainedModel, read_trained_model,
                                      with_preprocessor)
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.output_folder import check_output_folder, new_folder
from rd_plugins.utils.quiet import quiet
from .backends import Exporter, Request, build_exporter, check_backend


def read_source(request: Request) -> TrainedModel:
    """Read the trained model; add what MMDeploy expects in its config."""
    source = read_trained_model(request.config, request.checkpoint,
                                request.cfg_options)
    cfg = source.cfg
    if request.test:
        check_data_folders(cfg, 'test_dataloader')
    if request.int8:
        check_data_folders(cfg, 'train_dataloader')
    if 'test_pipeline' not in cfg:
        cfg.test_pipeline = (cfg.get('test_dataloader') or {}).get(
            'dataset', {}).get('pipeline', [dict(type='PackInputs')])
    cfg.setdefault('data_preprocessor', {})
    cfg.setdefault('visualizer', dict(type='UniversalVisualizer'))
    cfg.launcher = 'none'
    return source


def check_difference(exporter: Exporter, model: nn.Module, runtime: nn.Module,
                     tolerance: float) -> float:
    """Compare the backend with PyTorch on eight random images.

    Returns:
        float: The relative difference of the log-probabilities.

    Raises:
        UsageError: If it is above ``tolerance``.
    """
    images = torch.randn(
        8, *exporter.shape, generator=torch.Generator().manual_seed(0))
    difference = scores_differ_by(model, runtime, images, exporter.is_static)
    if not difference <= tolerance:
        raise UsageError(
            'The backend computes something else: its log-probabilities '
            f'differ by {difference:.1e} (relative), where {tolerance:.0e} is '
            'allowed. Nothing was written.')
    return difference


def fill_folder(request: Request, source: TrainedModel,
                folder: Path) -> List[dict]:
    """Write the backend's files; returns the rows of the report."""
    exporter = build_exporter(request, source)
    model = with_preprocessor(source)
    files = exporter.export(folder)
    runtime = exporter.runtime(files)
    rows: List[Dict[str, Any]] = [
        dict(name='PyTorch', model=model, static=False),
        dict(name=request.backend, model=runtime, static=exporter.is_static,
             difference=check_difference(exporter, model, runtime,
                                         request.tolerance)),
    ]
    if request.int8:
        from rd_plugins.shipping.quantize import CalibrationImages, quantize
        target = folder / 'end2end_int8.onnx'
        quantize(Path(files[0]), target,
                 CalibrationImages(source.cfg, model.data_preprocessor,
                                   request.int8))
        runtime = exporter.runtime([str(target)])
        rows.append(
            dict(name=f'{request.backend} int8', model=runtime,
                 static=exporter.is_static))
    for row in rows:
        one_by_one, network = row.pop('static'), row.pop('model')
        if request.test:
            row.update(evaluate(source.cfg, network, one_by_one))
    return rows


def export(request: Request) -> List[dict]:
    """Write the backend's files, the model's config and ``report.json``.

    Returns:
        list[dict]: The rows of the report: PyTorch and each backend.

    Raises:
        UsageError: If the backend is not installed or computes something
            else. Nothing is written then.
    """
    check_output_folder(request.folder, request.force)
    check_backend(request)
    source = read_source(request)
    with new_folder(request.folder, request.force) as folder:
        with nullcontext() if request.verbose else quiet():
            rows = fill_folder(request, source, folder)
        config = folder / f'{request.name}.py'
        config.write_text(source.cfg.pretty_text)
        (folder / 'report.json').write_text(json.dumps(rows, indent=2))
    return rows
