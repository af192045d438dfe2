"""Conversion of an ε-ResNet to a network without gates and closed blocks."""
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple

import torch
from torch import nn

from rd_plugins.engine.config_file import check_data_folders
from rd_plugins.models.stages import stages_of
from rd_plugins.models.utils import Deployable, folded_copy
from rd_plugins.utils.errors import UsageError
from rd_plugins.utils.measure import (count_macs_and_params, forward_pass,
                                      median_times)
from rd_plugins.utils.output_folder import check_output_folder
from .evaluate import check_test_settings, evaluate
from .read import (TrainedModel, image_shape, read_trained_model,
                   with_preprocessor)
from .remove_blocks import compressed_cfg, compressed_model, freeze_gates
from .undecided import decide, is_settled, open_all_but, undecided_blocks
from .weak_blocks import (Evidence, evidence_of_responses, evidence_of_weights,
                          refuse_strong_blocks)
from .write import OUTPUTS_STAY, Written, write_model


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
        dead_only (bool): Remove the dead blocks alone.
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
    dead_only: bool = False
    fold: bool = False
    test: bool = False
    repeats: int = 50
    cfg_options: Optional[dict] = None


@dataclass
class Compressed:
    """The result of :func:`compress`.

    Args:
        removed (list[str]): Names of the removed blocks.
        tried (dict[str, dict]): The accuracies of :func:`decide`.
        networks (dict[str, dict]): Blocks, parameters, MACs and latency of the
            networks with and without the removed blocks, by name.
        written (Written): The files.
    """
    removed: List[str]
    tried: Dict[str, dict]
    networks: Dict[str, dict]
    written: Written


def read_source(request: Request) -> TrainedModel:
    """Read the ε-ResNet and freeze its gates.

    Raises:
        UsageError: If a number is below 1, the model has no gates or no form
            to fold, or a dataloader or data folder is missing.
    """
    for name in ('calibration_batches', 'repeats'):
        value = getattr(request, name)
        if value is not None and value < 1:
            raise UsageError(f'--{name.replace("_", "-")} {value} is too few; '
                             'it needs at least 1.')
    source = read_trained_model(request.config, request.checkpoint,
                                request.cfg_options)
    freeze_gates(source)
    backbone = source.model.backbone
    if request.fold and not isinstance(backbone, Deployable):
        raise UsageError(
            f'{type(backbone).__name__} has no folded form to write; leave '
            '--fold out, tools/deploy.py folds norms by itself.')
    if request.test:
        check_test_settings(source.cfg)
    if not (request.by_weights or request.as_evaluated or request.dead_only
            or is_settled(source.model)):
        if not source.cfg.get('train_dataloader'):
            raise UsageError(
                f'{request.config} has no train_dataloader; give one, or go '
                'by the weights with --by-weights.')
        check_data_folders(source.cfg, 'train_dataloader')
    return source


def settle(
    request: Request, source: TrainedModel
) -> Tuple[Optional[Evidence], Dict[str, dict]]:
    """Decide which blocks go, in place: those that ``closed_blocks`` names.

    Returns:
        tuple[Evidence, dict]: The evidence that closed blocks are weak, None
        if nothing was checked, and the accuracies of the blocks that were
        tried.

    Raises:
        UsageError: If a closed block is neither dead nor weak, and no images
            were asked for to try it on.
    """
    if request.as_evaluated or not request.by_weights and is_settled(
            source.model):
        return None, {}
    if request.dead_only:
        open_all_but(source.model, source.model.backbone.dead_blocks())
        return None, {}
    if request.by_weights:
        evidence = evidence_of_weights(source)
        refuse_strong_blocks(source, evidence)
        return evidence, {}
    evidence = evidence_of_responses(source, request.calibration_batches)
    names = undecided_blocks(source, evidence)
    if not names:
        return evidence, {}
    return evidence, decide(source, names, request.calibration_batches)


def blocks_per_stage(model: nn.Module) -> List[int]:
    """The number of blocks with a residual branch in each stage."""
    backbone = model.backbone
    return [sum(name.startswith(f'{stage}.') for name in backbone.blocks)
            for stage in stages_of(backbone).names]


def compare_networks(request: Request, source: TrainedModel,
                     before: nn.Module, removed: List[str],
                     shape: Tuple[int, int, int]) -> Dict[str, dict]:
    """Parameters, MACs and latency with and without the removed blocks.

    Args:
        request (Request): What was asked for.
        source (TrainedModel): The network without them, by its gates.
        before (nn.Module): The network of the checkpoint, as it is tested.
        removed (list[str]): Names of the blocks.
        shape (tuple[int]): Shape (C, H, W) of an image.
    """
    compressed = compressed_model(source, removed)
    models = {
        'all blocks': compressed_model(source, []),
        'frozen gates': before,
        'compressed': compressed,
    }
    if isinstance(compressed.backbone, Deployable):
        models['compressed, folded'] = folded_copy(compressed)
    models = {name: model.float() for name, model in models.items()}
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
        UsageError: As in :func:`settle`, :func:`read_trained_model` and
            :func:`write_model`. Nothing is written then.
    """
    check_output_folder(request.out, request.force,
                        (request.config, request.checkpoint))
    source = read_source(request)
    shape = image_shape(source.cfg, request.shape)
    before = deepcopy(source.model)
    evidence, tried = settle(request, source)
    removed = source.model.backbone.closed_blocks()
    rows = {}

    def report() -> dict:
        rows.update(compare_networks(
            request, source, before, removed, shape))
        return dict(
            removed=removed,
            dead=before.backbone.dead_blocks(),
            evidence=vars(evidence) if evidence else None,
            tried=tried,
            networks=rows,
            threads=torch.get_num_threads())

    written = write_model(
        request.out, f'{Path(request.config).stem}_compressed', source,
        compressed_cfg(source, removed, request.fold),
        compressed_model(source, removed, request.fold), shape,
        'An ε-ResNet without its redundant blocks.', request.force, report,
        ', with the statistics of norms estimated anew' if tried else
        OUTPUTS_STAY if before.backbone.closed_blocks() == removed else
        ', with the blocks open that were closed and not dead')
    return Compressed(removed, tried, rows, written)
