"""Exports as a user makes them, to the backends that are there."""
import json
from importlib import util
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS

from tests.helpers import DEMO, ROOT
from tests.helpers.tools import assert_done, assert_refused, tool
from tests.shipping.closed_blocks import save_closed
from tests.shipping.tools import names

CONFIG = f'{DEMO}/plain20_ce_mnist5k.py'
ANY_BATCH = 'configs/deploy/classification_onnxruntime_dynamic.py'
# What MMDeploy's SDK reads
SDK = ('deploy.json', 'detail.json', 'pipeline.json')
FEW = ['--cfg-options', 'test_dataloader.dataset.indices=40',
       'test_dataloader.num_workers=0']


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory):
    """Random weights whose outputs are far from uniform."""
    torch.manual_seed(0)
    model = MODELS.build(Config.fromfile(ROOT / CONFIG).model)
    model.init_weights()
    model.head.fc.weight.data.normal_()
    path = tmp_path_factory.mktemp('source') / 'plain20.pth'
    torch.save(dict(state_dict=model.state_dict()), path)
    return path


def test_what_compress_writes(run_dir):
    """A network without blocks and gates, folded on the way."""
    onnx = pytest.importorskip('onnx')
    done = tool('compress.py', *save_closed(run_dir), '--by-weights',
                '--repeats', 1, '--out', run_dir / 'less')
    assert done.returncode == 0, done.stderr
    less = run_dir / 'less/narrow_compressed'
    done = deploy(f'{less}.pth', run_dir / 'out', 'onnxruntime', '--test',
                  *FEW, config=f'{less}.py')
    assert done.returncode == 0, done.stderr
    before, after = json.loads((run_dir / 'out/report.json').read_text())
    assert before['accuracy/top1'] == after['accuracy/top1']
    graph = onnx.load(run_dir / 'out/end2end.onnx').graph
    norms = [node for node in graph.node
             if node.op_type == 'BatchNormalization']
    # One before each of the seven blocks but the first, and the last.
    assert len(norms) == 7


@pytest.mark.parametrize('flag, name', [
    ('--calib-images', 'pictures'), ('--deploy-cfg', 'deploy.py')])
def test_the_folder_of_what_it_reads_is_not_replaced(checkpoint, run_dir,
                                                     flag, name):
    (run_dir / 'out' / name).mkdir(parents=True)
    done = tool('deploy.py', CONFIG, checkpoint, '--backend', 'onnxruntime',
                '--out', run_dir / 'out', '--force', flag,
                run_dir / 'out' / name)
    assert_refused(done, f'{name}, which would be lost')


def deploy(checkpoint, out, backend, *flags, config=CONFIG):
    needed = {'dynamo': 'onnxscript', 'mmdeploy': 'mmdeploy',
              '--deploy-cfg': 'mmdeploy'}
    for module in (backend, *(needed[flag] for flag in flags
                              if flag in needed)):
        if util.find_spec(module) is None:
            pytest.skip(f'{module} is not in this environment')
    if backend == 'tensorrt' and not torch.cuda.is_available():
        pytest.skip('TensorRT needs a GPU')
    return tool('deploy.py', config, checkpoint, '--backend', backend,
                '--out', out, *flags)


@pytest.mark.parametrize('backend, flags, files', [
    ('onnxruntime', ['--exporter', 'trace'], ['end2end.onnx']),
    ('onnxruntime', ['--exporter', 'trace', '--dynamic'], ['end2end.onnx']),
    ('onnxruntime', ['--exporter', 'dynamo'], ['end2end.onnx']),
    ('onnxruntime', ['--exporter', 'dynamo', '--dynamic'], ['end2end.onnx']),
    ('onnxruntime', ['--exporter', 'mmdeploy'], ['end2end.onnx', *SDK]),
    ('onnxruntime', ['--exporter', 'mmdeploy', '--dynamic'],
     ['end2end.onnx', *SDK]),
    ('onnxruntime', ['--deploy-cfg', ANY_BATCH], ['end2end.onnx', *SDK]),
    ('openvino', [], ['end2end.bin', 'end2end.onnx', 'end2end.xml']),
    ('openvino', ['--dynamic'],
     ['end2end.bin', 'end2end.onnx', 'end2end.xml']),
    ('openvino', ['--exporter', 'mmdeploy'],
     ['end2end.bin', 'end2end.onnx', 'end2end.xml', *SDK]),
    ('tensorrt', [], ['end2end.engine', 'end2end.onnx', *SDK]),
    ('tensorrt', ['--dynamic'], ['end2end.engine', 'end2end.onnx', *SDK]),
    ('ncnn', [], ['end2end.bin', 'end2end.param']),
], ids=lambda value: Path('-'.join(value)).name if isinstance(
    value, list) else value)
def test_the_backend_computes_the_same(checkpoint, run_dir, backend, flags,
                                       files):
    done = deploy(checkpoint, run_dir / 'out', backend, '--test', *flags, *FEW)
    assert done.returncode == 0, done.stderr
    assert names(run_dir) == ['out']
    assert names(run_dir / 'out') == sorted(
        [*files, 'plain20_ce_mnist5k.py', 'report.json', 'serving.json'])
    torch_row, backend_row = json.loads(
        (run_dir / 'out' / 'report.json').read_text())
    assert 0 <= backend_row['difference'] < 1e-4
    assert backend_row['accuracy/top1'] == torch_row['accuracy/top1']
    served = json.loads((run_dir / 'out/serving.json').read_text())
    any_batch = {'--dynamic', ANY_BATCH} & set(flags)
    if backend != 'ncnn':  # which knows no batches
        assert served['input']['shape'][0] == ('batch' if any_batch else 1)
    for name in files:
        assert b'BatchNorm' not in (run_dir / 'out' / name).read_bytes()


def test_ncnn_has_names_of_its_own(checkpoint, run_dir):
    assert deploy(checkpoint, run_dir / 'out', 'ncnn').returncode == 0
    served = json.loads((run_dir / 'out/serving.json').read_text())
    graph = (run_dir / 'out/end2end.param').read_text().split()
    assert served['input']['name'] in graph
    assert served['output']['name'] in graph
    assert served['input']['shape'] == [1, 28, 28]


def test_the_config_of_a_distiller(checkpoint, run_dir):
    """What is exported is the student alone."""
    done = deploy(checkpoint, run_dir / 'out', 'onnxruntime',
                  config=f'{DEMO}/plain20_mnist5k.py')
    assert done.returncode == 0, done.stderr
    cfg = Config.fromfile(run_dir / 'out/plain20_mnist5k.py')
    assert cfg.model == Config.fromfile(ROOT / CONFIG).model


@pytest.mark.parametrize('backend', ['openvino', 'ncnn'])
def test_weights_in_float16(checkpoint, run_dir, backend):
    """Half the bytes, and outputs that are near enough."""
    sizes = []
    for flags in ([], ['--fp16']):
        out = run_dir / str(len(flags))
        assert_done(deploy(checkpoint, out, backend, *flags))
        sizes.append((out / 'end2end.bin').stat().st_size)
    assert sizes[1] < 0.6 * sizes[0]
    row = json.loads((out / 'report.json').read_text())[1]
    assert 1e-6 < row['difference'] < 1e-2


def test_onnxruntime_int8(checkpoint, run_dir):
    done = deploy(checkpoint, run_dir / 'out', 'onnxruntime', '--int8', '8',
                  '--reduce-range', 'yes', '--test', *FEW)
    assert done.returncode == 0, done.stderr
    full, reduced = (
        (run_dir / 'out' / f'end2end{kind}.onnx').stat().st_size
        for kind in ('', '_int8'))
    assert reduced < full / 2
    rows = json.loads((run_dir / 'out' / 'report.json').read_text())
    assert [row['name'] for row in rows] == [
        'PyTorch', 'onnxruntime', 'onnxruntime int8']
    assert rows[2]['weight bits'] == 7
    assert {'bytes', 'accuracy/top1'} <= rows[2].keys()  # plainify's page
    onnxruntime = pytest.importorskip('onnxruntime')
    exact, rounded = (
        onnxruntime.InferenceSession(
            run_dir / 'out' / f'end2end{kind}.onnx')
        for kind in ('', '_int8'))
    wrong = []
    for image in torch.randn(20, 1, 1, 28, 28).numpy():
        p, q = (each.run(None, {'input': image})[0] for each in (exact,
                                                                 rounded))
        wrong.append(abs(p - q).max())
    assert 0 < sum(wrong) / len(wrong) < 0.02


@pytest.mark.parametrize('backend', ['onnxruntime', 'openvino', 'ncnn'])
def test_an_engine_that_differs_leaves_nothing(checkpoint, run_dir, backend):
    """Rounding is a difference too, if none is allowed."""
    done = deploy(checkpoint, run_dir / 'out', backend, '--tolerance', '0')
    assert_refused(done, 'computes something else', 'Nothing was written')
    assert not names(run_dir)


def test_ncnn_says_what_it_lacks(run_dir):
    config = f'{DEMO}/resnet20_mnist5k.py'
    model = MODELS.build(Config.fromfile(ROOT / config).model)
    torch.save(model.state_dict(), run_dir / 'resnet.pth')
    done = deploy(run_dir / 'resnet.pth', run_dir / 'out', 'ncnn',
                  config=config)
    assert_refused(done, 'no layer for Tensor.slice', 'remove_shortcuts.py')
    assert names(run_dir) == ['resnet.pth']
