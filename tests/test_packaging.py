"""What an installed package carries, and what its index says."""
import subprocess
import sys
import zipfile
from shutil import which

import pytest
import yaml
from mmengine.config import Config
from mmpretrain.registry import MODELS

from rd_plugins import __version__
from rd_plugins.utils.measure import count_macs_and_params
from tests.helpers import ROOT


def read_yaml(path):
    return yaml.safe_load((ROOT / path).read_text())


ENTRIES = [
    model for metafile in read_yaml('model-index.yml')['Import']
    for model in read_yaml(metafile)['Models']
]


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


def test_the_wheel_says_what_it_needs(wheel):
    metadata = wheel.read(
        f'rd_plugins-{__version__}.dist-info/METADATA').decode()
    requires = next(line for line in metadata.splitlines()
                    if line.startswith('Requires-Python: '))
    assert set(requires[17:].split(',')) == {'>=3.10', '<3.13'}
    assert 'Requires-Dist: torch>=2.10.0' in metadata
    # Any distribution of these will do, so none is required by its name.
    for name in ('mmcv', 'mmengine', 'mmpretrain'):
        assert f'Requires-Dist: {name}' not in [
            line.split(';')[0].rstrip('0123456789.,<>= ')
            for line in metadata.splitlines() if 'extra ==' not in line
        ]


@pytest.mark.parametrize('entry', ENTRIES, ids=lambda entry: entry['Name'])
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
