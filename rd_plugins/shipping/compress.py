"""Conversion of an ε-ResNet to a network without gates and closed blocks."""
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

import torch
from torch import nn

from rd_plugins.engine.launch import check_data_folders
from rd_plugins.models.utils import folded_copy
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.measure import (count_macs_and_params, forward_pass,
                                      median_times)
from rd_plugins.utils.output_folder import check_output_folder
from .evaluate import evaluate
from .read import (TrainedModel, image_shape, read_trained_model,
                   with_preprocessor)
from .remove_blocks import compressed_cfg, compressed_model, freeze_gates
from .weak_blocks import (Evidence, check_closed_blocks, evidence_of_responses,
                          evidence_of_weights)
from .write import Written, write_model


@dataclass
class Request:
    """The arguments of ``tools/compress.py``.

    Args:
        config (str): Path of a config.
        checkpoint (str): Path or address of its checkpoint.
        out (str): The folder to write.
        shape (Sequence[int], optional): Height and width of the images.
        force (bool): Replace a folder that exists.
        calibration_batches (int, optional): How many batches of training
            images to check the closed blocks with. Defaults to None: all.
        by_weights (bool): Check the weights of the closed blocks instead.
        as_evaluated (bool): Do not check the closed blocks.
        fold (bool): Fold norms into convolutions.
        test (bool): Measure the accuracy before and after.
        repeats (int): Timed forward passes of each network.
        cfg_options (dict, optional): Changes to the config.
    """
    config: str
    checkpoint: str
    out: str
    shape: Optional[Sequence[int]] = None
    force: bool = False
    calibration_batches: Optional[int] = None
    by_weights: bool = False
    as_evaluated: bool = False
    fold: bool = False
    test: bool = False
    repeats: int = 50
    cfg_options: Optional[dict] = None


@dataclass
class Compressed:
    """The result of :func:`compress`.

    Args:
        removed (list[str]): Names of the removed blocks.
        networks (dict[str, dict]): Blocks, parameters, MACs and latency of the
            networks with and without the removed blocks, by name.
        written (Written): The files.
    """
    removed: List[str]
    networks: Dict[str, dict]
    written: Written


def read_source(request: Request) -> TrainedModel:
    """Read the ε-ResNet and freeze its gates.

    Raises:
        UsageError: If a number is below 1, the model has no gates, or a
            dataloader or data folder is missing.
    """
    for name in ('calibration_batches', 'repeats'):
        value = getattr(request, name)
        if value is not None and value < 1:
            raise UsageError(f'--{name.replace("_", "-")} {value} is too few; '
                             'it needs at least 1.')
    source = read_trained_model(request.config, request.checkpoint,
                                request.cfg_options)
    freeze_gates(source)
    by_images = not (request.by_weights or request.as_evaluated)
    for name in ['train'] * by_images + ['test'] * request.test:
        if not source.cfg.get(f'{name}_dataloader'):
            raise UsageError(
                f'{request.config} has no {name}_dataloader; give one, or go '
                'by the weights with --by-weights, and leave --test out.')
        check_data_folders(source.cfg, f'{name}_dataloader')
    return source


def find_evidence(
    request: Request, source: TrainedModel
) -> Tuple[Optional[Evidence], List[str]]:
    """Check that the closed blocks are redundant.

    Returns:
        tuple[Evidence, list[str]]: The evidence, None if nothing was checked,
        and the weak blocks that are kept because their gates are open.

    Raises:
        UsageError: If a closed block is neither dead nor weak.
    """
    if request.as_evaluated:
        return None, []
    if request.by_weights:
        evidence = evidence_of_weights(source)
    else:
        evidence = evidence_of_responses(source, request.calibration_batches)
    return evidence, check_closed_blocks(source, evidence)


def blocks_per_stage(model: nn.Module) -> List[int]:
    """The number of blocks with a residual branch in each stage."""
    backbone = model.backbone
    return [sum(name.startswith(f'{stage}.') for name in backbone.blocks)
            for stage in backbone.res_layers]


def compare_networks(request: Request, source: TrainedModel,
                     removed: List[str]) -> Dict[str, dict]:
    """Parameters, MACs and latency with and without the removed blocks."""
    compressed = compressed_model(source, removed)
    models = {
        'all blocks': compressed_model(source, []),
        'frozen gates': source.model,
        'compressed': compressed,
        'compressed, folded': folded_copy(compressed),
    }
    models = {name: model.float() for name, model in models.items()}
    shape = image_shape(source.cfg, request.shape)
    image = torch.randn(1, *shape)
    times = median_times(
        {name: forward_pass(model, [image])
         for name, model in models.items()}, request.repeats)
    rows = {}
    for name, model in models.items():
        macs, params = count_macs_and_params(model, shape)
        rows[name] = dict(
            blocks=blocks_per_stage(model), params=params, macs=macs,
            latency_ms=times[name] * 1e3)
    if request.test:
        for name in ('frozen gates', 'compressed'):
            tested = TrainedModel(source.cfg, models[name], {}, '', '')
            rows[name].update(
                evaluate(source.cfg, with_preprocessor(tested)))
    return rows


def compress(request: Request) -> Compressed:
    """Write an ε-ResNet without its closed blocks.

    Raises:
        UsageError: If a closed block is needed, or as in
            :func:`read_trained_model` and :func:`write_model`. Nothing is
            written then.
    """
    check_output_folder(request.out, request.force)
    source = read_source(request)
    evidence, kept = find_evidence(request, source)
    if evidence and kept:
        print('Weak, but with an open gate in evaluation, and therefore kept: '
              f'{evidence.of(kept)}')
    removed = source.model.backbone.closed_blocks()
    rows = {}

    def report() -> dict:
        rows.update(compare_networks(request, source, removed))
        return dict(
            removed=removed,
            dead=source.model.backbone.dead_blocks(),
            evidence=vars(evidence) if evidence else None,
            networks=rows,
            threads=torch.get_num_threads())

    written = write_model(
        request.out, f'{Path(request.config).stem}_compressed', source,
        compressed_cfg(source, removed, request.fold),
        compressed_model(source, removed, request.fold),
        image_shape(source.cfg, request.shape),
        'An ε-ResNet without its redundant blocks.', request.force, report)
    return Compressed(removed, rows, written)
