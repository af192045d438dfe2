"""No tool runs anything of a file, and each says what the file asked for."""
import pytest

from tests.helpers import DEMO
from tests.helpers.hostile import payloads, write
from tests.helpers.pictures import save_pictures
from tests.helpers.tools import assert_refused, tool

PLAIN = f'{DEMO}/plain20_ce_mnist5k.py'
JOINT = f'{DEMO}/plain20_mnist5k.py'
RESIDUAL = f'{DEMO}/resnet20_mnist5k.py'
TEACHER = 'model.teacher.init_cfg.checkpoint='
WAYS = {
    'test': ('test.py', PLAIN, 'FILE'),
    'resume': ('train.py', PLAIN, '--resume', 'FILE'),
    'load_from': ('train.py', PLAIN, '--cfg-options', 'load_from=FILE'),
    'teacher': ('train.py', JOINT, '--cfg-options', f'{TEACHER}FILE'),
    'init_cfg': ('train.py', PLAIN, '--cfg-options',
                 'model.backbone.init_cfg.type=Pretrained',
                 'model.backbone.init_cfg.checkpoint=FILE'),
    'publish': ('publish_model.py', 'FILE', 'OUT'),
    'compress': ('compress.py', PLAIN, 'FILE', '--out', 'OUT'),
    'deploy': ('deploy.py', PLAIN, 'FILE', '--out', 'OUT', '--backend',
               'onnxruntime'),
    'convert': ('model_converters/convert_teacher.py', 'FILE', 'OUT'),
    'remove': ('model_converters/remove_shortcuts.py', RESIDUAL, 'FILE',
               '--out', 'OUT'),
    'fold': ('model_converters/fold_norms.py', PLAIN, 'FILE', '--out', 'OUT'),
    'benchmark': ('analysis_tools/benchmark.py', f'{PLAIN}@FILE', '--out',
                  'OUT'),
    'few bits': ('analysis_tools/few_bits.py', f'{PLAIN}@FILE', '--out',
                 'OUT'),
    'plainify': ('plainify.py', 'FILE', '--data', 'IMAGES', '--out', 'OUT'),
}


@pytest.fixture(scope='module')
def pictures(tmp_path_factory):
    return save_pictures(tmp_path_factory.mktemp('pictures'), each=1)


@pytest.mark.parametrize('way', WAYS)
def test_no_tool_runs_a_file(run_dir, pictures, monkeypatch, way):
    """Not even where the environment tells PyTorch to."""
    monkeypatch.setenv('TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD', '1')
    trace = run_dir / 'trace'
    path = write(payloads(str(trace))['os.system'], run_dir / 'file.pth')
    name, *arguments = WAYS[way]
    for word, place in (('FILE', path), ('OUT', run_dir / 'out'),
                        ('IMAGES', pictures)):
        arguments = [each.replace(word, str(place)) for each in arguments]
    if name == 'train.py':
        arguments[1:1] = ['--work-dir', str(run_dir / 'work')]
    assert_refused(tool(name, *arguments), 'posix.system', 'nothing of it')
    assert [each.name for each in run_dir.iterdir()] == ['file.pth']
