import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import URLError

import pytest
import torch
from mmengine.model import BaseModule
from mmengine.runner import CheckpointLoader
from torch import nn

from rd_plugins.utils.checkpoint_file import CATALOGUES, read_checkpoint
from rd_plugins.utils.errors import UsageError
from tests.helpers import hostile
from tests.helpers.ranks import on_ranks


def save(path, **content):
    torch.save(content, path)
    return str(path)


def test_a_bare_state_dict_is_wrapped(tmp_path):
    path = save(tmp_path / 'bare.pth', weight=torch.ones(2))
    assert read_checkpoint(path)['state_dict']['weight'].tolist() == [1, 1]


def test_weights_beside_the_state_of_a_training(tmp_path):
    """As torchvision's training script saves them, under "model"."""
    path = save(tmp_path / 'model_89.pth', epoch=89, args=dict(lr=0.1),
                model=dict(weight=torch.ones(2)))
    assert list(read_checkpoint(path)['state_dict']) == ['weight']


@pytest.mark.parametrize('new', [True, False])
def test_both_formats_of_pytorch_are_read(tmp_path, new):
    torch.save(dict(weight=torch.arange(3.)), tmp_path / 'file',
               _use_new_zipfile_serialization=new)
    weights = read_checkpoint(tmp_path / 'file')['state_dict']
    assert weights['weight'].tolist() == [0, 1, 2]


def test_what_is_no_checkpoint_is_refused(tmp_path):
    with pytest.raises(UsageError, match='no checkpoint at .*absent.pth'):
        read_checkpoint(tmp_path / 'absent.pth')
    torch.save(torch.ones(1), tmp_path / 'tensor.pth')
    with pytest.raises(UsageError, match='holds a Tensor'):
        read_checkpoint(tmp_path / 'tensor.pth')
    path = save(tmp_path / 'text.pth', state_dict='weights')
    with pytest.raises(UsageError, match='has a str as its state_dict'):
        read_checkpoint(path)
    path = save(tmp_path / 'meta.pth', state_dict={}, meta=['epoch', 1])
    with pytest.raises(UsageError, match='has a list as its meta'):
        read_checkpoint(path)
    (tmp_path / 'notes.txt').write_text('some words')
    with pytest.raises(UsageError, match='notes.txt cannot be read'):
        read_checkpoint(tmp_path / 'notes.txt')


@pytest.mark.parametrize('number', [float('nan'), float('inf')])
@pytest.mark.parametrize('part', ['state_dict', 'ema_state_dict'])
def test_weights_that_are_not_finite_are_refused(tmp_path, number, part):
    weights = dict(fine=torch.ones(2), count=torch.tensor(1),
                   bad=torch.tensor([1, number]))
    path = save(tmp_path / 'file.pth', **{'state_dict': {}, part: weights})
    with pytest.raises(UsageError, match='not finite in bad'):
        read_checkpoint(path)


def test_a_config_within_a_file_is_not_handed_on(tmp_path):
    """MMEngine's ``Runner.resume`` would run it."""
    path = save(tmp_path / 'file.pth', state_dict={},
                meta=dict(config='import os', epoch=1))
    assert read_checkpoint(path)['meta'] == dict(epoch=1)
    loaded = CheckpointLoader.load_checkpoint(path, logger='silent')
    assert 'config' not in loaded['meta']


@pytest.mark.parametrize('content', [{}, dict(meta=None)])
def test_metadata_are_a_dict(tmp_path, content):
    path = save(tmp_path / 'file.pth', state_dict={}, **content)
    assert read_checkpoint(path)['meta'] == {}


def failed_download(folder):
    torch.hub.set_dir(folder)
    try:
        read_checkpoint('http://127.0.0.1:9/absent.pth')
    except URLError as error:
        return str(error)


def test_no_process_waits_for_one_whose_download_has_failed(tmp_path):
    for reason in on_ranks(2, failed_download, str(tmp_path)):
        assert 'refused' in reason


@pytest.fixture
def address(tmp_path, monkeypatch):
    """A server of the files in a folder."""
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path / 'hub'))
    (tmp_path / 'served').mkdir()
    handler = partial(SimpleHTTPRequestHandler,
                      directory=str(tmp_path / 'served'))
    server = ThreadingHTTPServer(('127.0.0.1', 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f'http://127.0.0.1:{server.server_port}'
    server.shutdown()
    server.server_close()


def test_downloads_are_read_as_data_too(tmp_path, address):
    """PyTorch's own function for them would run what they hold."""
    save(tmp_path / 'served' / 'fine.pth', weight=torch.ones(1))
    assert read_checkpoint(f'{address}/fine.pth')['state_dict']['weight'] == 1
    trace = tmp_path / 'trace'
    hostile.write(hostile.payloads(str(trace))['os.system'],
                  tmp_path / 'served' / 'bad.pth')
    with pytest.raises(UsageError, match='system'):
        read_checkpoint(f'{address}/bad.pth')
    with pytest.raises(UsageError, match='system'):
        CheckpointLoader.load_checkpoint(f'{address}/bad.pth',
                                         logger='silent')
    assert not trace.exists()


@pytest.mark.parametrize('name, catalogue, keys', [
    ('mmcls://net', 'net', ['conv.weight']),
    ('open-mmlab://net', 'net', ['backbone.conv.weight', 'head.weight']),
    ('openmmlab://resnet50_caffe', 'detectron/resnet50_caffe',
     ['backbone.conv.weight', 'head.weight'])])
def test_names_of_published_weights(tmp_path, address, monkeypatch, name,
                                    catalogue, keys):
    """As MMEngine takes them: a backbone, and names that have changed."""
    save(tmp_path / 'served' / 'net.pth', **{
        'backbone.conv.weight': torch.ones(1), 'head.weight': torch.ones(1)})
    monkeypatch.setitem(CATALOGUES, name.partition(':')[0],
                        lambda: {catalogue: f'{address}/net.pth'})
    loaded = CheckpointLoader.load_checkpoint(name, logger='silent')
    assert list(loaded['state_dict']) == keys


def test_published_weights_that_are_here(tmp_path, monkeypatch):
    """Paths in the catalogue are those of MMENGINE_HOME."""
    monkeypatch.setenv('MMENGINE_HOME', str(tmp_path))
    save(tmp_path / 'net.pth', weight=torch.ones(1))
    monkeypatch.setitem(CATALOGUES, 'openmmlab', lambda: dict(net='net.pth'))
    assert read_checkpoint('openmmlab://net')['state_dict']['weight'] == 1


@pytest.mark.parametrize('scheme', ['torchvision', 'modelzoo', 'open-mmlab',
                                    'openmmlab', 'mmcls', 'pavi', 's3'])
def test_other_addresses_have_no_way_around(scheme):
    with pytest.raises(UsageError, match='absent'):
        CheckpointLoader.load_checkpoint(f'{scheme}://absent',
                                         logger='silent')


def test_pretrained_parts_are_read_as_data(tmp_path):
    """A backbone's ``init_cfg`` is loaded by MMEngine."""

    class Part(BaseModule):

        def __init__(self, **init_cfg):
            super().__init__(dict(type='Pretrained', **init_cfg))
            self.layer = nn.Linear(1, 1)

    path = save(tmp_path / 'fine.pth', **{
        'layer.weight': torch.full((1, 1), 3.),
        'layer.bias': torch.zeros(1)
    })
    part = Part(checkpoint=path)
    part.init_weights()
    assert part.layer.weight == 3
    trace = tmp_path / 'trace'
    path = hostile.write(hostile.payloads(str(trace))['os.system'],
                         tmp_path / 'bad.pth')
    for options in (dict(), dict(prefix='layer')):
        with pytest.raises(UsageError, match='system'):
            Part(checkpoint=path, **options).init_weights()
    assert not trace.exists()
