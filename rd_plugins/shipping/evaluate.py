"""Predictions of a classifier and their accuracy."""
import sys
import tempfile
from copy import deepcopy
from uuid import uuid4

import torch
from mmengine.config import Config
from mmengine.runner import Runner
from torch import nn

from rd_plugins.engine.config_file import check_data_folders
from rd_plugins.models.utils import relative_difference
from rd_plugins.utils.errors import UsageError
from .progress import ProgressOfTest


def log_scores(model: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """Log-probabilities of a classifier, clamped at the epsilon of float32.

    Their differences show errors of small probabilities too.

    Args:
        model (nn.Module): A classifier; it predicts data samples with a
            ``pred_score``.
        images (Tensor): Shape (N, C, H, W), normalised.

    Returns:
        Tensor: Shape (N, K) for K classes.
    """
    with torch.no_grad():
        samples = model(images, mode='predict')
    scores = torch.stack([sample.pred_score.cpu() for sample in samples])
    return scores.clamp(min=torch.finfo(torch.float).eps).log()


def scores_differ_by(expected: nn.Module, found: nn.Module,
                     images: torch.Tensor) -> float:
    """The relative difference of two classifiers' log-probabilities.

    Args:
        expected (nn.Module): The model before the export.
        found (nn.Module): The runtime of what was exported.
        images (Tensor): Shape (N, C, H, W), normalised.
    """
    return max(
        relative_difference(
            log_scores(expected, batch), log_scores(found, batch))
        for batch in (images, images[:1]))


def check_test_settings(cfg: Config) -> None:
    """Check that a config says what to test on, and that it is there.

    Raises:
        UsageError: If it does not, or a data folder is missing.
    """
    for name in ('test_dataloader', 'test_evaluator'):
        if not cfg.get(name):
            raise UsageError(
                f'--test needs a {name}, and the config has none; add it, or '
                'leave --test out.')
    check_data_folders(cfg, 'test_dataloader')


def evaluate(cfg: Config, model: nn.Module,
             title: str = 'test') -> dict:
    """Test a classifier on the test set of a config.

    Args:
        cfg (Config): Config of the model before the export.
        model (nn.Module): That model or the runtime of what was exported; on
            the CPU afterwards.
        title (str): What the progress bar says. Defaults to 'test'.

    Returns:
        dict: The metrics that the config's evaluator gives.
    """
    loader = deepcopy(cfg.test_dataloader)
    if 'jax' in sys.modules:  # its threads do not survive the workers' fork
        loader.update(num_workers=0, persistent_workers=False)
    with tempfile.TemporaryDirectory(prefix='rd') as folder:
        metrics = Runner(
            model=model,
            work_dir=folder,
            test_dataloader=loader,
            test_cfg=cfg.get('test_cfg') or dict(),
            test_evaluator=cfg.test_evaluator,
            default_scope=cfg.get('default_scope', 'mmpretrain'),
            custom_hooks=[ProgressOfTest(title)],
            log_level='WARNING',
            experiment_name=uuid4().hex).test()
    model.to('cpu')  # the Runner has moved it to the GPU, if there is one
    # A confusion matrix is an array, which JSON does not know.
    return {name: value.tolist() if hasattr(value, 'tolist') else value
            for name, value in metrics.items()}
