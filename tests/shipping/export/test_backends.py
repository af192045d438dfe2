from importlib import util

import pytest

from tests.helpers import DEMO
from tests.shipping.tools import assert_refuses, names


@pytest.mark.parametrize('backend, flags, words', [
    ('ncnn', ['--dynamic'], 'has no --dynamic; its own options are --fp16'),
    ('ncnn', ['--deploy-cfg', 'some.py'], 'has no --deploy-cfg'),
    ('openvino', ['--int8', '8'], 'has no --int8'),
    ('executorch', ['--dynamic'],
     'has no --dynamic; its own options are --int8, --calib-images, --deleg'),
    ('executorch', ['--int8', '8', '--delegate', 'none'], 'is quantised for'),
    ('onnxruntime', ['--int8', '0'], 'at least one image'),
    ('onnxruntime', ['--calib-images', 'tests/shipping'], 'has no pictures'),
    pytest.param(
        'tensorrt', [], 'tensorrt, which is not installed',
        marks=pytest.mark.skipif(
            bool(util.find_spec('tensorrt')), reason='it is installed')),
    ('ethos-u', [], 'Name an accelerator: --accelerator'),
    ('ethos-u', ['--accelerator', 'ethos-u99'], 'is no accelerator'),
    ('ethos-u', ['--accelerator', 'ethos-u55-128', '--sram', '5X'],
     'is no size'),
    ('tflite', ['--sram', '512K'], 'has no --sram'),
    ('openvino', ['--int8', '0'], 'has no --int8'),
    ('onnxruntime', ['--reduce-range', 'yes'], 'add --int8 or --calib-images'),
    ('onnxruntime', ['--deploy-cfg', f'{DEMO}/plain20_ce_mnist5k.py'],
     'is no deploy config: it has no onnx_config'),
])
def test_deploy_refuses(trained, run_dir, backend, flags, words):
    source = trained / 'plain20_ce_mnist5k.pth'
    assert_refuses(
        'deploy.py', f'{DEMO}/plain20_ce_mnist5k.py', source, '--backend',
        backend, '--out', run_dir / 'out', *flags, words=[words])
    assert not names(run_dir)


def without(monkeypatch, *packages):
    """Pretend that some packages are not installed."""
    found = util.find_spec
    monkeypatch.setattr(util, 'find_spec', lambda name: (
        None if name in packages else found(name)))


@pytest.mark.parametrize('backend, flags, package', [
    ('tflite', [], 'litert_torch'),
    ('tflite', ['--test'], 'ml_dtypes'),  # ONNX Runtime's int8, beside it
    ('executorch', [], 'executorch'),
    ('ethos-u', ['--accelerator', 'ethos-u55-128'], 'ethosu')])
def test_a_missing_compiler(trained, run_dir, monkeypatch, backend, flags,
                            package):
    without(monkeypatch, package)
    test_deploy_refuses(trained, run_dir, backend, flags, package)


def test_a_missing_package_is_named_once(trained, run_dir, monkeypatch):
    without(monkeypatch, 'mmdeploy', 'tensorrt')
    test_deploy_refuses(trained, run_dir, 'tensorrt', [],
                        'needs mmdeploy, tensorrt, which is not installed')
