import hashlib
from types import SimpleNamespace

import pytest
import torch
from mmpretrain.registry import MODELS

from rd_plugins.tables.weights import keep_weights
from rd_plugins.utils.checkpoint import check_checkpoint_fits
from rd_plugins.utils.errors import UsageError
from tests.helpers.models import classifier_cfg, recorded


def run_of(path, checkpoint=None):
    return SimpleNamespace(
        row=SimpleNamespace(name='row', checkpoint=checkpoint),
        table=SimpleNamespace(name='table'),
        checkpoint=lambda: str(path))


def test_the_students_weights_are_kept(tmp_path):
    weights = {'backbone.weight': torch.randn(3)}
    path = tmp_path / 'epoch_1.pth'
    torch.save(dict(optimizer=dict(), state_dict={
        **{f'module.{key}': value for key, value in weights.items()},
        'module.auxiliary.weight': torch.ones(2)}), path)
    out = tmp_path / 'out'
    name = keep_weights(run_of(path), out)
    digest = hashlib.sha256((out / name).read_bytes()).hexdigest()
    assert name == f'table_row-{digest[:8]}.pth'
    kept = torch.load(out / name)
    assert kept.keys() == {'meta', 'state_dict'}
    assert kept['state_dict'].keys() == weights.keys()
    assert keep_weights(run_of(path), tmp_path / 'elsewhere') == name


@pytest.mark.parametrize('trained, same, other', [
    ('fading_pad', 'none', 'pad'), ('pad', 'pad', 'none')])
def test_kept_weights_tell_of_their_shortcuts(tmp_path, trained, same, other):
    """The names and shapes of weights do not."""
    path = tmp_path / 'epoch_1.pth'
    torch.save(dict(meta=recorded(trained), state_dict=MODELS.build(
        classifier_cfg('none')).state_dict()), path)
    kept = str(tmp_path / keep_weights(run_of(path), tmp_path))
    check_checkpoint_fits(kept, MODELS.build(classifier_cfg(same)))
    with pytest.raises(UsageError, match='predict at random'):
        check_checkpoint_fits(kept, MODELS.build(classifier_cfg(other)))


def test_what_is_not_kept(tmp_path):
    path = tmp_path / 'epoch_1.pth'
    torch.save(dict(state_dict=dict(weight=torch.ones(2**20 + 1))), path)
    for run in (run_of(path), run_of('absent', checkpoint='published')):
        assert keep_weights(run, tmp_path / 'out') is None
    assert not (tmp_path / 'out').exists()
