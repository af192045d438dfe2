"""Phases in which the shortcuts of the trained stage fade."""
import pytest
import torch
from mmpretrain.registry import MODELS

from rd_plugins.engine.shorten import shorten
from rd_plugins.utils.checkpoint_file import read_checkpoint
from rd_plugins.utils.errors import UsageError
from tests.helpers.runs import fading_cfg, staged_fading_cfg, train

BY_PHASE = dict(by='phase', horizon=0.75)


def weights(path):
    """The shortcuts' weights in a checkpoint, one for each stage."""
    state_dict = read_checkpoint(str(path))['state_dict']
    return [state_dict[f'backbone.layer{stage}.1.auxiliary.weight'].item()
            for stage in (1, 2, 3)]


def test_each_stage_loses_its_shortcuts_in_its_phase(run_dir):
    whole = train(staged_fading_cfg(run_dir / 'whole', BY_PHASE))
    plain = MODELS.build(
        dict(whole.cfg.model.backbone, shortcut='none', fade=None))
    plain.load_state_dict(whole.model.backbone.state_dict(), strict=True)
    for stop, gone in ((1, 0), (3, 1), (5, 2)):
        folder = run_dir / f'stop{stop}'
        train(staged_fading_cfg(folder, BY_PHASE), stop)
        found = weights(folder / f'epoch_{stop}.pth')
        assert found[:gone] == [0] * gone
        assert found[gone + 1:] == [1] * (2 - gone)
        again = train(staged_fading_cfg(folder, BY_PHASE, resume=True))
        for key, value in whole.model.state_dict().items():
            assert torch.equal(value, again.model.state_dict()[key]), key


@pytest.mark.parametrize('fade, message', [
    (dict(horizon=0.5),
     "of backbone.layer2.0 fades from 0 to 0.5 .* phase 'stage 1', from 0 to "
     "0.3333, does not train .* by='phase'"),
    (dict(begin=0.3, horizon=0.6, order='first_to_last'),
     "layer1.1 fades from 0.3333 to 0.3667 .* phase 'stage 2'"),
    (dict(horizon=0.9, order='last_to_first'), 'layer2.2 fades from 0.3 to '),
])
def test_a_frozen_block_keeps_its_shortcut(run_dir, fade, message):
    with pytest.raises(UsageError, match=message):
        train(staged_fading_cfg(run_dir / 'a', fade))
    assert not list((run_dir / 'a').glob('epoch_*.pth'))


def test_every_stage_needs_a_phase(run_dir):
    cfg = staged_fading_cfg(run_dir / 'a', BY_PHASE)
    cfg.custom_hooks[0].phases = [
        dict(name='head', epochs=6, train=['head'], lr=0.1)
    ]
    without = fading_cfg(run_dir / 'b')
    without.model.backbone.fade = BY_PHASE
    for each in (cfg, without):
        with pytest.raises(UsageError, match='no phase trains backbone.layer'):
            train(each)


@pytest.mark.parametrize('stop, expected', [(2, [0, 1, 1]), (3, [0, 0, 1])])
def test_a_shorter_run_fades_in_its_phases(run_dir, stop, expected):
    """Their epochs are rounded; shares of the run would not follow."""
    cfg = staged_fading_cfg(run_dir / 'a', BY_PHASE)
    shorten(cfg, 5)
    assert [phase.epochs for phase in cfg.custom_hooks[0].phases] == [2, 1, 2]
    train(cfg, stop)
    assert weights(run_dir / f'a/epoch_{stop}.pth') == expected
