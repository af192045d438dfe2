import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer, MessageHub
from mmengine.optim import OneCycleLR

from rd_plugins.utils.checkpoint_file import read_checkpoint
from rd_plugins.utils.errors import UsageError
from tests.helpers import hostile


def test_runner_state_is_read(tmp_path):
    hub = MessageHub('checkpoint')
    hub.update_scalar('train/loss', np.float32(1.5))
    hub.update_scalar('train/loss', 2.5)
    hub.update_scalar('train/lr', 0.1)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = OneCycleLR(optimizer, eta_max=1, total_steps=9)
    path = tmp_path / 'checkpoint.pth'
    torch.save(
        dict(
            state_dict={},
            hub=hub.state_dict(),
            scheduler=scheduler.state_dict(),
            arrays=[np.arange(6.).reshape(2, 3).T, np.ones(2, bool),
                    np.zeros(0)],
            scalars=[np.float64(0.5), np.int64(-3), np.bool_(True)]), path)
    loaded = read_checkpoint(str(path))
    history = loaded['hub']['log_scalars']['train/loss']
    assert type(history) is HistoryBuffer
    assert history.statistics('mean') == 2 and history.current() == 2.5
    history.update(3.)
    np.testing.assert_array_equal(history.data[0], [1.5, 2.5, 3])
    np.testing.assert_array_equal(loaded['arrays'][0],
                                  [[0, 3], [1, 4], [2, 5]])
    assert loaded['arrays'][1].dtype == bool
    assert loaded['arrays'][2].shape == (0, )
    assert loaded['scalars'] == [0.5, -3, True]
    assert type(loaded['scalars'][1]) is np.int64
    scheduler.load_state_dict(loaded['scheduler'])
    scheduler.step()


def test_the_version_of_modules_is_kept(tmp_path):
    """Old batch norms without it would be given a count of batches."""
    path = tmp_path / 'checkpoint.pth'
    torch.save(torch.nn.BatchNorm2d(2).state_dict(), path)
    assert read_checkpoint(str(path))['state_dict']._metadata[''] == {
        'version': 2
    }


@pytest.mark.parametrize('attack', hostile.payloads('TRACE'))
@pytest.mark.parametrize('forced', [False, True])
def test_nothing_in_a_file_is_run(tmp_path, monkeypatch, attack, forced):
    """Whatever the environment allows."""
    if forced:
        monkeypatch.setenv('TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD', '1')
    trace = tmp_path / 'trace'
    path = hostile.write(
        hostile.payloads(str(trace))[attack], tmp_path / 'file.pth')
    with pytest.raises(UsageError) as refusal:
        read_checkpoint(path)
    assert not trace.exists()
    assert 'weights_only' not in str(refusal.value)
    assert 'safe_globals' not in str(refusal.value)


def test_what_others_allow_stays_theirs(tmp_path):
    """Another library's list has no part in reading, and is kept."""
    before = torch.serialization.get_safe_globals()
    with torch.serialization.safe_globals([np.dtype, torch.nn.Linear]):
        path = hostile.write(
            hostile.payloads('')['a pointer in an array'],
            tmp_path / 'file.pth')
        with pytest.raises(UsageError):
            read_checkpoint(path)
        assert np.dtype in torch.serialization.get_safe_globals()
    assert set(torch.serialization.get_safe_globals()) == set(before)


def test_the_refusal_names_what_was_asked_for(tmp_path):
    path = hostile.write(
        hostile.payloads('')['os.system'], tmp_path / 'file.pth')
    with pytest.raises(UsageError, match=r'(posix|nt|os).system.*nothing of '
                       r'it was run.*torch.save\(model.state_dict'):
        read_checkpoint(path)
