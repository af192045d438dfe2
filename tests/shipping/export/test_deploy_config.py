import pytest

from rd_plugins.shipping.export.backend import Request
from rd_plugins.shipping.export.backends import BACKENDS
from rd_plugins.shipping.export.deploy_config import (fill_in_shape,
                                                      read_deploy_config)
from rd_plugins.utils.errors import UsageError
from tests.helpers import DEMO, ROOT

CONFIGS = ROOT / 'configs/deploy'


def own(backend, mode, **options):
    """What is asked for with a deploy config of one's own."""
    path = CONFIGS / f'classification_{backend}_{mode}.py'
    return BACKENDS[backend](Request(
        'net.py', 'net.pth', backend,
        options=dict(deploy_cfg=str(path), **options)))


@pytest.mark.parametrize('mode', ['static', 'dynamic'])
def test_it_says_what_batches_are_taken(mode):
    assert own('onnxruntime', mode).is_dynamic == (mode == 'dynamic')


@pytest.mark.parametrize('backend, tolerance', [
    ('tensorrt', 1e-4), ('tensorrt-fp16', 1e-2), ('openvino', 1e-4),
    ('openvino-fp16', 1e-2)])
def test_it_says_how_near_outputs_must_be(backend, tolerance):
    request = own(backend.split('-')[0], 'static').request
    path = CONFIGS / f'classification_{backend}_static.py'
    request.options['deploy_cfg'] = str(path)
    assert BACKENDS[request.backend](request).tolerance == tolerance


@pytest.mark.parametrize('backend, options, words', [
    ('onnxruntime', dict(dynamic=True), 'leave --dynamic out'),
    ('onnxruntime', dict(exporter='trace'), 'leave --exporter trace out'),
    ('tensorrt', dict(dynamic=True, fp16=True), '--dynamic and --fp16 out'),
    ('openvino', dict(exporter='dynamo', fp16=True),
     'leave --fp16 and --exporter dynamo out'),
])
def test_nothing_else_may_say_so_too(backend, options, words):
    with pytest.raises(UsageError, match=words):
        own(backend, 'static', **options).check()


def test_a_deploy_config_of_another_backend():
    request = own('tensorrt', 'static').request
    with pytest.raises(UsageError, match='for the backend tensorrt, not for'):
        BACKENDS['onnxruntime'](request).check()


@pytest.mark.parametrize('path, words', [
    ('absent.py', 'There is no config at absent.py'),
    (f'{DEMO}/plain20_ce_mnist5k.py', 'it has no onnx_config'),
])
def test_what_is_no_deploy_config(path, words):
    with pytest.raises(UsageError, match=words):
        read_deploy_config(path)


def test_shapes_of_every_batch():
    path = str(CONFIGS / 'classification_tensorrt_dynamic.py')
    before, after = read_deploy_config(path), read_deploy_config(path)
    fill_in_shape(after, (1, 28, 20))
    assert after.onnx_config.input_shape is None
    bounds, = (each.input_shapes.input
               for each in after.backend_config.model_inputs)
    old, = (each.input_shapes.input
            for each in before.backend_config.model_inputs)
    assert list(bounds) == list(old)
    for bound, shape in bounds.items():
        assert shape == [old[bound][0], 1, 28, 20]
