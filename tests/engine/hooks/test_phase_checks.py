"""Phases in which the shortcuts of the trained stage fade."""
import pytest
import torch
from mmpretrain.registry import MODELS

from rd_plugins.utils.checkpoint_file import read_checkpoint
from rd_plugins.utils.errors import UsageError
from tests.helpers.runs import staged_fading_cfg, train

THIRDS = dict(begin=[0, 1 / 3, 2 / 3], horizon=[1 / 3, 0.5, 0.9])


def weights(path):
    """The shortcuts' weights in a checkpoint, one for each stage."""
    state_dict = read_checkpoint(str(path))['state_dict']
    return [state_dict[f'backbone.layer{stage}.1.auxiliary.weight'].item()
            for stage in (1, 2, 3)]


def test_each_stage_loses_its_shortcuts_in_its_phase(run_dir):
    whole = train(staged_fading_cfg(run_dir / 'whole', THIRDS))
    plain = MODELS.build(
        dict(whole.cfg.model.backbone, shortcut='none', fade=None))
    plain.load_state_dict(whole.model.backbone.state_dict(), strict=True)
    for stop, gone in ((1, 0), (3, 1), (5, 2)):
        folder = run_dir / f'stop{stop}'
        train(staged_fading_cfg(folder, THIRDS), stop)
        found = weights(folder / f'epoch_{stop}.pth')
        assert found[:gone] == [0] * gone
        assert found[gone + 1:] == [1] * (2 - gone)
        again = train(staged_fading_cfg(folder, THIRDS, resume=True))
        for key, value in whole.model.state_dict().items():
            assert torch.equal(value, again.model.state_dict()[key]), key


@pytest.mark.parametrize('fade, message', [
    (dict(horizon=0.5),
     r"of backbone.layer2.0 fades from 0 to 0.5 .* phase 'stage 1', from 0 to "
     '0.3333, does not train'),
    (dict(THIRDS, horizon=[0.4, 0.5, 0.9]),
     "backbone.layer1.0 fades from 0 to 0.4 .* phase 'stage 2'"),
    (dict(THIRDS, begin=[0, 0.3, 2 / 3]),
     "backbone.layer2.0 fades from 0.3 to 0.5 .* phase 'stage 1'"),
    (dict(horizon=0.9, order='last_to_first'), 'layer2.2 fades from 0.3 to 0.4 '),
])
def test_a_frozen_block_keeps_its_shortcut(run_dir, fade, message):
    with pytest.raises(UsageError, match=message):
        train(staged_fading_cfg(run_dir / 'a', fade))
    assert not list((run_dir / 'a').glob('epoch_*.pth'))
