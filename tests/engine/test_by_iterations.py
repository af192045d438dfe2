"""Distillation in a run that goes by iterations."""
import pytest

from rd_plugins.engine.launch import build_runner
from rd_plugins.models.utils import CosineDecay
from rd_plugins.utils.checkpoint_file import read_checkpoint
from tests.helpers.compare import assert_same
from tests.helpers.runs import RecordHybridWeight, small_cfg

STEPS = 8


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
    record = RecordHybridWeight()
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
