import pytest

from tests.helpers import DEMO
from tests.shipping.tools import assert_refuses, names


@pytest.mark.parametrize('backend, flags, words', [
    ('ncnn', ['--dynamic'], 'one image at a time'),
    ('ncnn', ['--deploy-cfg', 'some.py'], 'does without MMDeploy'),
    ('openvino', ['--int8', '8'], 'for --backend onnxruntime'),
    ('onnxruntime', ['--int8', '0'], 'at least one image'),
    ('tensorrt', [], 'tensorrt, which is not installed'),
])
def test_deploy_refuses(trained, run_dir, backend, flags, words):
    source = trained / 'plain20_ce_mnist5k.pth'
    assert_refuses(
        'deploy.py', f'{DEMO}/plain20_ce_mnist5k.py', source, '--backend',
        backend, '--out', run_dir / 'out', *flags, words=[words])
    assert not names(run_dir)
