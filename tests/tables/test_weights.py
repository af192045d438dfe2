import hashlib
from types import SimpleNamespace

import torch

from rd_plugins.tables.weights import keep_weights


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
    assert kept.keys() == {'state_dict'}
    assert kept['state_dict'].keys() == weights.keys()
    assert keep_weights(run_of(path), tmp_path / 'elsewhere') == name


def test_what_is_not_kept(tmp_path):
    path = tmp_path / 'epoch_1.pth'
    torch.save(dict(state_dict=dict(weight=torch.ones(2**20 + 1))), path)
    for run in (run_of(path), run_of('absent', checkpoint='published')):
        assert keep_weights(run, tmp_path / 'out') is None
    assert not (tmp_path / 'out').exists()
