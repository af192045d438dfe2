import pytest
from mmengine.config import Config

from rd_plugins.utils.recorded_config import flat, read_recorded


def test_it_is_what_mmengine_writes():
    cfg = Config(
        dict(
            model=dict(type='A', sizes=(1, 2), parts=[dict(type='B', w=-0.5)],
                       none=None, **{'a key': dict(x=True)}),
            words='it\'s',
            lists=[[1, 2], ['a']]))
    assert read_recorded(cfg.pretty_text) == cfg.to_dict()


def test_nothing_is_run(tmp_path):
    trace = tmp_path / 'trace'
    text = (f'import os\na = os.system("touch {trace}")\n'
            f'b = [__import__("os").system("touch {trace}")]\n'
            f'c = dict(d=open("{trace}", "w"), e=1)\nf = 2')
    found = read_recorded(text)
    assert found['c'] == dict(e=1) and found['f'] == 2
    assert 'a' not in found and not trace.exists()


@pytest.mark.parametrize('text', [None, 3, '', '(', 'x = ' + '[' * 10**4,
                                  '\0'])
def test_what_cannot_be_read_is_empty(text):
    assert not read_recorded(text)


def test_flat():
    assert flat(dict(a=dict(b=1, c=[dict(d=2)]), e=(1, 2), f={})) == {
        'a.b': 1, 'a.c.0.d': 2, 'e': [1, 2], 'f': {}}
