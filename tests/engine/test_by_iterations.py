"""Distillation in a run that goes by iterations."""
import pytest
from mmengine.hooks import Hook

from rd_plugins.engine.launch import build_runner
from rd_plugins.models.utils import CosineDecay
from rd_plugins.utils.checkpoint_file import read_checkpoint
from tests.helpers.compare import assert_same
from tests.helpers.runs import small_cfg

STEPS = 8


class Record(Hook):
    """The weight of the hybrids in every step."""

    def __init__(self):
        self.weights = []

    def after_train_iter(self, runner, batch_idx, data_batch=None,
                         outputs=None):
        self.weights.append(float(outputs['hybrid_weight']))


def run(work_dir, **options):
    cfg = small_cfg(work_dir, **{
        'train_dataloader.num_workers': 0,
        'train_dataloader.sampler.type': 'InfiniteSampler',
        'default_hooks.epoch_seed': None,
        'default_hooks.checkpoint.by_epoch': False,
        'default_hooks.checkpoint.interval': 4,
        **options})
    cfg.train_cfg = dict(by_epoch=False, max_iters=STEPS, val_interval=4)
    cfg.param_scheduler = [
        dict(type='LinearLR', start_factor=0.5, by_epoch=False, end=4)]
    record = Record()
    runner = build_runner(cfg)
    runner.register_hook(record)
    runner.train()
    return record.weights


def test_hybrids_fade_with_the_iterations(tmp_path):
    weights = run(tmp_path / 'whole')
    decay = CosineDecay(start=1.0, end=0.5, horizon=0.3)
    assert weights == pytest.approx(
        [decay(step / STEPS) for step in range(STEPS)])
    part = tmp_path / 'part'
    resumed = run(part, resume=True,
                  load_from=str(tmp_path / 'whole/iter_4.pth'))
    assert resumed == weights[4:]
    whole, again = (read_checkpoint(tmp_path / folder / f'iter_{STEPS}.pth')
                    for folder in ('whole', 'part'))
    assert_same(whole['state_dict'], again['state_dict'], 'state_dict')
