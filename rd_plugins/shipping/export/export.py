"""Export of a trained classifier, with a check of the backend's outputs."""
import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Dict, List

import torch
from torch import nn

from rd_plugins.shipping.evaluate import (check_test_settings, evaluate,
                                          scores_differ_by)
from rd_plugins.shipping.read import (TrainedModel, image_shape,
                                      read_trained_model, with_preprocessor)
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.output_folder import check_output_folder, new_folder
from rd_plugins.utils.quiet import quiet
from .backend import Backend, Exported, Request
from .backends import BACKENDS
from .calibration import CALIB_IMAGES
from .classifier import check_one_label
from .onnx_graph import DEPLOY_CFG
from .serving import describe, write_description


def check_difference(model: nn.Module, runtime: nn.Module, shape: tuple,
                     tolerance: float) -> float:
    """Compare the backend with PyTorch on eight random images.

    Returns:
        float: The relative difference of the log-probabilities.

    Raises:
        UsageError: If it is above ``tolerance``.
    """
    images = torch.randn(8, *shape, generator=torch.Generator().manual_seed(0))
    difference = scores_differ_by(model, runtime, images)
    if not difference <= tolerance:
        raise UsageError(
            'The backend computes something else: its log-probabilities '
            f'differ by {difference:.1e} (relative), where {tolerance:.0e} is '
            'allowed. Nothing was written.')
    return difference


def report_rows(request: Request, source: TrainedModel, backend: Backend,
                shape: tuple, exported: List[Exported]) -> List[dict]:
    """The rows of the report: PyTorch and each exported network."""
    model = with_preprocessor(source)
    rows: List[Dict[str, Any]] = [dict(name='PyTorch')]
    if request.test:
        rows[0].update(evaluate(source.cfg, model, 'test of PyTorch'))
    for network in exported:
        row: Dict[str, Any] = dict(name=network.name)
        if network.files:
            row['bytes'] = sum(path.stat().st_size for path in network.files)
        row.update(network.facts)
        if network.runtime is not None and network.is_exact:
            row['difference'] = check_difference(
                model, network.runtime, shape, backend.tolerance)
        if network.runtime is not None and request.test:
            row.update(evaluate(source.cfg, network.runtime,
                                f'test of {network.name}'))
        rows.append(row)
    return rows


def fill_folder(request: Request, source: TrainedModel, backend: Backend,
                folder: Path) -> List[dict]:
    """Write the backend's files; returns the rows of the report."""
    shape = image_shape(source.cfg, request.shape)
    exported = backend.export(source, shape, folder)
    files = [path.name for network in exported for path in network.files]
    write_description(folder, backend.served(
        describe(source, shape, backend.is_dynamic, files)))
    rows = report_rows(request, source, backend, shape, exported)
    (folder / 'report.json').write_text(json.dumps(rows, indent=2))
    (folder / f'{request.name}.py').write_text(source.cfg.pretty_text)
    return rows


def check_shape(request: Request, source: TrainedModel,
                backend: Backend) -> None:
    """Check that images that are read have the shape that is asked for.

    Raises:
        UsageError: If the config gives them another one.
    """
    if not request.shape or not (request.test or backend.calibration):
        return
    asked = image_shape(source.cfg, request.shape)
    try:
        own = image_shape(source.cfg)
    except UsageError:  # the config does not say
        return
    if asked != own:
        raise UsageError(
            f'--shape {" ".join(map(str, request.shape))}: the images that '
            '--test and INT8 read come out of the pipeline of the config at '
            f'{own[1]} x {own[2]}. Change the sizes there, or leave --test '
            'and INT8 out.')


def inputs_of(request: Request) -> List[str]:
    """The files and folders that an export reads."""
    options = (request.options.get(option.name)
               for option in (CALIB_IMAGES, DEPLOY_CFG))
    return [request.config, request.checkpoint, *filter(None, options)]


def export(request: Request) -> List[dict]:
    """Write the backend's files, the model's config and two descriptions.

    ``serving.json`` says how to serve the network, ``report.json`` what was
    compared and measured.

    Returns:
        list[dict]: The rows of the report: PyTorch and each network.

    Raises:
        UsageError: If the backend is not installed or computes something
            else. Nothing is written then.
    """
    inputs = inputs_of(request)
    check_output_folder(request.folder, request.force, inputs)
    backend = BACKENDS[request.backend](request)
    backend.check()
    source = read_trained_model(request.config, request.checkpoint,
                                request.cfg_options)
    if request.test:
        check_test_settings(source.cfg)
    check_one_label(source.model)
    check_shape(request, source, backend)
    backend.check_source(source)
    with new_folder(request.folder, request.force, inputs) as folder:
        with nullcontext() if request.verbose else quiet():
            return fill_folder(request, source, backend, folder)
