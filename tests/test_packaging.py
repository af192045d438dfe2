"""What an installed package carries, and what its index says."""
import subprocess
import sys
import zipfile
from shutil import which

import pytest
from mmengine.config import Config
from mmpretrain.registry import MODELS

from rd_plugins import __version__
from rd_plugins.utils.measure import count_macs_and_params
from tests.helpers import ROOT
from tests.helpers.index import ENTRIES, TRAINED
from tests.helpers.tools import assert_done, run


def copy_tracked_files(target):
    """Copy what git tracks or would track; returns the target."""
    if not (which('git') and (ROOT / '.git').exists()):
        pytest.skip('needs git and a checkout to tell which files belong')
    files = subprocess.run(['git', 'ls-files', '-z', '--cached', '--others',
                            '--exclude-standard'],
                           cwd=ROOT, capture_output=True, text=True,
                           check=True)
    for name in filter(None, files.stdout.split('\0')):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes((ROOT / name).read_bytes())
    return target


@pytest.fixture(scope='module')
def wheel(tmp_path_factory):
    """A wheel built from a copy of the tracked files."""
    source = copy_tracked_files(tmp_path_factory.mktemp('source'))
    out = tmp_path_factory.mktemp('wheel')
    subprocess.run([
        sys.executable, '-m', 'pip', 'wheel', '-q', '--no-deps',
        '--no-build-isolation', '-w', out, source
    ], check=True)
    return zipfile.ZipFile(next(out.glob('*.whl')))


def test_the_wheel_carries_the_package(wheel):
    carried = set(wheel.namelist())
    for path in (ROOT / 'rd_plugins').rglob('*.py'):
        if '.mim' not in path.parts:
            assert path.relative_to(ROOT).as_posix() in carried
    assert not any(name.startswith('tests/') for name in carried)


def test_the_wheel_carries_what_mim_looks_for(wheel):
    carried = set(wheel.namelist())
    for folder in ('configs', 'tools'):
        for path in (ROOT / folder).rglob('*.*'):
            if '__pycache__' not in path.parts:
                name = path.relative_to(ROOT).as_posix()
                assert f'rd_plugins/.mim/{name}' in carried
    assert 'rd_plugins/.mim/model-index.yml' in carried
    weights = {name for name in carried if name.endswith('.pth')}
    assert weights == {f'rd_plugins/.mim/{entry["Weights"]}'
                       for entry in TRAINED}


def test_the_wheel_says_what_it_needs(wheel):
    metadata = wheel.read(
        f'rd_plugins-{__version__}.dist-info/METADATA').decode()
    requires = next(line for line in metadata.splitlines()
                    if line.startswith('Requires-Python: '))
    assert set(requires[17:].split(',')) == {'>=3.10', '<3.14'}
    assert 'Requires-Dist: torch>=2.10.0' in metadata
    # Any distribution of these will do, so none is required by its name.
    for name in ('mmcv', 'mmengine', 'mmpretrain'):
        assert f'Requires-Dist: {name}' not in [
            line.split(';')[0].rstrip('0123456789.,<>= ')
            for line in metadata.splitlines() if 'extra ==' not in line
        ]


@pytest.mark.parametrize(
    'entry', [entry for entry in ENTRIES if entry not in TRAINED],
    ids=lambda entry: entry['Name'])
def test_the_index_is_right(entry):
    metadata = entry['Metadata']
    assert entry['Config'] == f'configs/rd/{entry["Name"]}.py'
    student, teacher = (
        Config.fromfile(ROOT / metadata[role]['Config'])
        for role in ('Student', 'Teacher'))
    model = MODELS.build(student.model)
    assert metadata['Parameters'] == sum(p.numel()
                                         for p in model.parameters())
    assert metadata['Epochs'] == student.train_cfg.max_epochs
    assert metadata['Batch Size'] == student.auto_scale_lr.base_batch_size
    cfg = Config.fromfile(ROOT / entry['Config'])
    assert cfg.model.teacher.backbone == teacher.model.backbone
    size = 224 if 'imagenet' in entry['Name'] else 32
    macs, _ = count_macs_and_params(model.eval(), (3, size, size))
    assert metadata['FLOPs'] == macs
    weights = metadata['Teacher'].get('Weights')
    assert weights in (None, cfg.model.teacher.init_cfg.checkpoint)


INHERIT = """
import runpy, sys
from mmengine.registry import DefaultScope
import rd_plugins
from mmpretrain import get_model
open('own.py', 'w').write(
    "_base_ = 'rd_plugins::demo/plain20_mnist5k.py'\\n"
    "train_dataloader = dict(num_workers=0, dataset=dict(indices=40))\\n"
    "val_dataloader = test_dataloader = dict(\\n"
    "    num_workers=0, dataset=dict(indices=40))\\n"
    "train_cfg = dict(max_epochs=1)\\n"
    "param_scheduler = dict(total_steps=1)\\n"
    "model = dict(teacher=dict(\\n"
    "    init_cfg=dict(checkpoint='teacher.pth')))\\n")
open('plain.py', 'w').write(
    "_base_ = 'rd_plugins::demo/plain20_ce_mnist5k.py'\\n"
    "test_dataloader = dict(num_workers=0, dataset=dict(indices=40))\\n")
tools = rd_plugins.__path__[0] + '/.mim/tools/'
for name, *arguments in (('train', 'own.py', '--work-dir', 'run'),
                         ('test', 'plain.py', 'run/epoch_1.pth'),
                         ('test', 'rd_plugins::demo/plain20_ce_mnist5k.py',
                          'run/epoch_1.pth', '--cfg-options',
                          'test_dataloader.dataset.indices=40')):
    sys.argv = [name, *arguments]
    runpy.run_path(f'{tools}{name}.py', run_name='__main__')
model = get_model('plain.py', pretrained='run/epoch_1.pth')
print('FOUND', type(model).__name__, rd_plugins.__file__)
"""


def test_configs_of_an_installed_package_are_inherited(wheel, run_dir,
                                                       teacher):
    """Trained, tested and loaded with ``_base_ = 'rd_plugins::...'``."""
    wheel.extractall(run_dir / 'site')
    (run_dir / 'teacher.pth').write_bytes(teacher.read_bytes())
    done = run(sys.executable, '-c', INHERIT, cwd=run_dir,
               PYTHONPATH=str(run_dir / 'site'))
    assert_done(done)
    assert f'FOUND ImageClassifier {run_dir}/site' in done.stdout
    assert done.stdout.count('accuracy/top1') == 3
    assert 'Failed to search registry' not in done.stdout + done.stderr
