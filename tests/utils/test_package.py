"""The files of the package, in a checkout; tests/test_packaging.py has a
wheel."""
from rd_plugins.utils.package import files_folder, path_of
from tests.helpers import ROOT


def test_configs_of_ours_and_others():
    assert files_folder() == ROOT
    assert path_of('rd_plugins::rd/a.py') == str(ROOT / 'configs/rd/a.py')
    for path in ('a.py', 'mmpretrain::resnet/a.py', '/rd_plugins/a.py'):
        assert path_of(path) == path
