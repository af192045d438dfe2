import pytest

from tests.helpers import DEMO
from tests.shipping.tools import assert_refuses, names


@pytest.mark.parametrize('backend, flags, words', [
    ('ncnn', ['--dynamic'], 'has no --dynamic; its own options are --fp16'),
    ('ncnn', ['--deploy-cfg', 'some.py'], 'has no --deploy-cfg'),
    ('openvino', ['--int8', '8'], 'has no --int8'),
    ('onnxruntime', ['--int8', '0'], 'at least one image'),
    ('onnxruntime', ['--calib-images', 'tests/shipping'], 'has no pictures'),
    ('tensorrt', [], 'tensorrt, which is not installed'),
])
def test_deploy_refuses(trained, run_dir, backend, flags, words):
    source = trained / 'plain20_ce_mnist5k.pth'
    assert_refuses(
        'deploy.py', f'{DEMO}/plain20_ce_mnist5k.py', source, '--backend',
        backend, '--out', run_dir / 'out', *flags, words=[words])
    assert not names(run_dir)
