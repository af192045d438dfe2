"""One wrong input of each kind; ``make test-inputs`` replays all."""
import pytest

from .files import make_files
from .replay import CASES, replay

QUICK = [case for case in CASES if case.quick]
# What the sentence has to name, where that is not plain from the code
WORDS = {
    'train: model type typo': "did you mean 'ImageClassifier'",
    'train: backbone option typo': "did you mean 'depth'",
    'train: hook typo': "did you mean 'rd_plugins.PhaseHook'",
    'train: top-level typo': "did you mean 'custom_hooks'",
    'train: num_classes 100 of 10': 'num_classes=10',
    'train: no images': 'MNIST5k has no images',
    'train: crop too large': '28 x 28',
    'train: empty image in a worker': '/a.png',
    'train: load_from with one key': 'only 1 of the',
    'train flags: fewer epochs than phases': '3 phases cannot have 2 epochs',
    'train flags: launcher slurm without slurm': 'SLURM_PROCID',
    'train flags: launcher pytorch without its variables': 'RANK',
    'train config: syntax': 'line 1',
    'train config: raises': 'cfg_raises.py',
}


@pytest.fixture(scope='module')
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp('inputs')
    make_files(folder)
    return folder


@pytest.mark.parametrize('case', QUICK, ids=str)
def test_it_is_refused_in_one_sentence(case, files, monkeypatch):
    for variable in ('RANK', 'WORLD_SIZE', 'MASTER_ADDR', 'SLURM_PROCID'):
        monkeypatch.delenv(variable, raising=False)
    outcome = replay(case, files)
    assert outcome.kind == 'sentence', outcome
    assert WORDS.get(str(case), '') in outcome.last_line
    # This one is seen after an epoch; its log is worth keeping.
    assert outcome.left == (case.what == 'all blocks closed')


def test_words_are_of_quick_cases():
    assert set(WORDS) <= set(map(str, QUICK))
