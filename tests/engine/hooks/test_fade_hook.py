"""Runs whose shortcuts fade."""
import json
from math import cos, pi

import pytest
import torch
from mmpretrain.registry import MODELS

from rd_plugins.engine.launch import build_runner
from rd_plugins.shipping.publish import choose_weights
from rd_plugins.utils.checkpoint_file import read_checkpoint
from rd_plugins.utils.errors import UsageError
from tests.helpers.runs import (RecordHybridWeight, demo_cfg, fading_cfg,
                                small_cfg, train)


def test_weights_follow_the_run_and_a_resume_is_the_same_run(run_dir):
    whole = train(fading_cfg(run_dir / 'whole'))
    for stop in (1, 2, 3):
        folder = run_dir / f'stop{stop}'
        first = train(fading_cfg(folder), stop)
        weight = first.model.backbone.layer1[0].auxiliary.weight.item()
        # As of the last step: the epoch before the stop had five.
        expected = {1: 0.5 + 0.5 * 0.30902, 2: 0.02447, 3: 0}[stop]
        assert weight == pytest.approx(expected, abs=1e-4)
        again = train(fading_cfg(folder, resume=True))
        for key, value in whole.model.state_dict().items():
            assert torch.equal(value, again.model.state_dict()[key]), key
    plain = MODELS.build(
        dict(whole.cfg.model.backbone, shortcut='none', fade=None))
    plain.load_state_dict(whole.model.backbone.state_dict(), strict=True)


def test_what_is_validated_at_the_end_is_plain(run_dir):
    runner = train(fading_cfg(run_dir / 'a'))
    for block in runner.model.backbone.layer2:
        assert block.auxiliary.is_gone and block.auxiliary.weight == 0
    log = next((run_dir / 'a').rglob('vis_data/scalars.json')).read_text()
    assert 'accuracy/top1' in json.loads(log.splitlines()[-1])


def test_without_the_hook_the_run_stops_at_once(run_dir):
    cfg = fading_cfg(run_dir / 'a', **{'default_hooks.fade': None})
    with pytest.raises(UsageError, match='rd_plugins.FadeHook'):
        train(cfg)


def test_a_frozen_block_may_not_lose_its_shortcut(run_dir):
    cfg = fading_cfg(run_dir / 'a', **{'model.backbone.frozen_stages': 2})
    with pytest.raises(UsageError, match='shortcut of backbone.layer1.0 fades '
                       'and the block is frozen'):
        train(cfg)


def test_averaged_weights_are_plain_too(run_dir):
    """The mean of the shortcuts' weights over the run would not be 0."""
    train(fading_cfg(run_dir / 'a', custom_hooks=[
        dict(type='EMAHook', momentum=0.05)]))
    path = str(run_dir / 'a/epoch_4.pth')
    weights = choose_weights(read_checkpoint(path), path, ema=True)
    plain = MODELS.build(demo_cfg('plain20_ce_mnist5k').model)
    plain.load_state_dict(weights, strict=True)


@pytest.mark.parametrize('last', [0.95, 0.96])
def test_shortcuts_are_gone_before_the_last_step(run_dir, last):
    """Of 20 steps, it begins after 0.95 of the run."""
    cfg = fading_cfg(run_dir / 'a')
    cfg.model.backbone.fade.horizon = last
    if last == 0.96:
        with pytest.raises(UsageError, match='until 0.96 of the run, and the '
                           'last of its 20 steps begins at 0.95'):
            train(cfg)
    else:
        assert train(cfg).model.backbone.layer1[0].auxiliary.is_gone


def test_hybrids_follow_the_run_that_trains(run_dir):
    """Not the one that was built last, or that has trained before."""
    runners, records = [], []
    for name in 'ab':
        runners.append(build_runner(small_cfg(run_dir / name)))
        records.append(RecordHybridWeight())
        runners[-1].register_hook(records[-1])
    for runner in runners:
        runner.train()
    # From 1 to 0.5 in 0.3 of the 15 steps
    expected = [0.75 + 0.25 * cos(pi * min(1, step / 4.5))
                for step in range(15)]
    for record in records:
        assert record.weights == pytest.approx(expected)
