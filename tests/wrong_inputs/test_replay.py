"""One wrong input of each kind; ``make test-inputs`` replays all."""
import pytest

from .files import make_files
from .replay import CASES, replay

QUICK = [case for case in CASES if case.quick]
# What the sentence has to name
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
    'train: checkpoint option typo': "has no option 'intervall'",
    'train: model a number': 'model=3',
    'train: deploy=True in a training': 'train with deploy=False',
    'train: everything frozen': 'all are frozen',
    'train: lr nan': 'SGD has lr=nan',
    'train: std 0': 'std=0',
    'train: epsilon nan': 'epsilon=nan',
    'train: all blocks closed': 'All 9 blocks are closed after epoch 1',
    'train: restarts without DeadBlockHook': 'rd_plugins.DeadBlockHook',
    'train: EpsilonSchedule gate=False': 'with gate=True',
    'train: min_hybrid_weight 5': 'min_weight=5',
    'train: temperature 0': 'temperature=0',
    'train: No-Res without PhaseHook': 'rd_plugins.PhaseHook',
    'train: two PhaseHooks': '2 PhaseHooks',
    'train flags: no config': 'required: config',
    'test: out .json of predictions': 'end it in .pkl',
    'test: out under a file': 'text.pth is a file',
    'test: no test_dataloader': 'has no test_dataloader',
    'convert_teacher: empty_sd': 'empty_sd.pth holds no weights',
    'convert_teacher: sd_str': 'fc.weight is a str',
    'publish: out ends with /': 'add the name of the file',
    'fold_norms: shape 0': "--shape: '0'",
    'deploy: shape 0': "--shape: '0'",
    'deploy: tolerance inf': "--tolerance: 'inf'",
    'benchmark: images of different sizes': '(1, 28, 28)',
    'benchmark: onnx garbage': 'garbage.onnx',
    'inference_time: channels differ': 'different channels (1, 3)',
    'plot_blocks: truncated log': 'Line 1 of the log',
    'plot_blocks: fields missing': "has no 'lr'",
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
    assert WORDS[str(case)] in outcome.last_line
    # This one is seen after an epoch; its log is worth keeping.
    assert outcome.left == (case.what == 'all blocks closed')


def test_each_quick_case_has_its_words():
    assert WORDS.keys() == set(map(str, QUICK))
