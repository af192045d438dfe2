import pytest
import torch
from mmengine.config import Config
from mmpretrain.registry import MODELS

from rd_plugins.benchmark.network import read_network
from rd_plugins.utils.errors import UsageError
from tests.helpers import ROOT

PLAIN20 = str(ROOT / 'configs/rd/plain20_ce_cifar10.py')


def test_a_checkpoint_is_loaded_and_norms_are_folded(tmp_path):
    model = MODELS.build(Config.fromfile(PLAIN20).model)
    with torch.no_grad():
        for name, buffer in model.named_buffers():
            if name.endswith('running_var'):
                buffer.uniform_(0.5, 2)
    path = tmp_path / 'weights.pth'
    torch.save(dict(state_dict=model.state_dict()), path)
    network = read_network(f'{PLAIN20}@{path}')
    assert network.name == 'plain20_ce_cifar10'
    assert not any(
        isinstance(module, torch.nn.BatchNorm2d)
        for module in network.model.modules())
    images = torch.randn(2, 3, 32, 32)
    model.eval()
    torch.testing.assert_close(
        network.model(images), model(images), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('text, reason', [
    ('missing.py', 'no config at missing.py'),
    (f'{PLAIN20}@missing.pth', 'no file missing.pth'),
    ('mmpretrain::resnet/missing.py', 'no config mmpretrain::resnet/missing'),
    ('nothing::resnet.py', 'no config nothing::resnet.py'),
    ('nothing::net/a.py', 'no config nothing::net/a.py'),
])
def test_what_is_not_there(text, reason):
    with pytest.raises(UsageError, match=reason):
        read_network(text)


def test_of_a_distiller_the_student_is_measured():
    student, distiller = (
        read_network(str(ROOT / f'configs/{name}.py')).model
        for name in ('rd/plain20_ce_cifar10', 'fading/plain20_cifar10'))
    assert [each.shape for each in student.parameters()] == [
        each.shape for each in distiller.parameters()]


def test_options_of_a_config():
    network = read_network(f'{PLAIN20}@model.head.num_classes=7')
    assert network.name == 'plain20_ce_cifar10@model.head.num_classes=7'
    assert network.model(torch.zeros(1, 3, 32, 32)).shape == (1, 7)


def test_a_config_of_a_package():
    network = read_network('mmpretrain::resnet/resnet18_8xb16_cifar10.py')
    assert network.name == 'resnet18_8xb16_cifar10'
    assert network.shape == (3, 32, 32)


def test_a_checkpoint_of_another_config(tmp_path):
    path = tmp_path / 'other.pth'
    torch.save(dict(state_dict={'fc.weight': torch.zeros(2)}), path)
    with pytest.raises(UsageError, match='does not belong to this config'):
        read_network(f'{PLAIN20}@{path}')


def test_two_checkpoints(tmp_path):
    for name in 'ab':
        (tmp_path / name).write_bytes(b'')
    with pytest.raises(UsageError, match='2 checkpoints'):
        read_network(f'{PLAIN20}@{tmp_path}/a@{tmp_path}/b')


def test_size_of_the_images():
    assert read_network(PLAIN20).shape == (3, 32, 32)
    assert read_network(PLAIN20, [24]).shape == (3, 24, 24)


@pytest.mark.parametrize('is_open', [False, True])
def test_an_onnx_file(tmp_path, is_open):
    """It says itself what images it takes."""
    pytest.importorskip('onnx')
    path = str(tmp_path / 'net.onnx')
    images = torch.zeros(1, 2, 6, 8)
    torch.onnx.export(
        torch.nn.ReLU(), (images, ), path, dynamo=False, input_names=['x'],
        dynamic_axes=dict(x=[0, 2] if is_open else [0]))
    if is_open:
        with pytest.raises(UsageError, match='leaves the size of its images'):
            read_network(path)
    else:
        assert read_network(path).shape == (2, 6, 8)
        assert read_network(path, [6, 8]).shape == (2, 6, 8)
        with pytest.raises(UsageError, match='images of 6 x 8; export it ag'):
            read_network(path, [6])


@pytest.mark.parametrize('precision', [None, 'int8'])
def test_an_onnx_file_says_whether_it_is_quantized(tmp_path, precision):
    onnx = pytest.importorskip('onnx')
    helper, kind = onnx.helper, onnx.TensorProto
    nodes = [helper.make_node('Relu', ['input'], ['x'])]
    if precision:
        nodes += [helper.make_node('QuantizeLinear', ['x', 'scale'], ['q']),
                  helper.make_node('DequantizeLinear', ['q', 'scale'], ['y'])]
    graph = helper.make_graph(
        nodes, 'net',
        [helper.make_tensor_value_info('input', kind.FLOAT, (1, 2, 6, 8))],
        [helper.make_tensor_value_info('y' if precision else 'x', kind.FLOAT,
                                       (1, 2, 6, 8))],
        [helper.make_tensor('scale', kind.FLOAT, (), [0.1])])
    path = str(tmp_path / 'net.onnx')
    onnx.save(helper.make_model(graph), path)
    assert read_network(path).precision == precision


def test_the_equal_network_for_rotated_images():
    network = read_network(f'{PLAIN20}@rotate-180@model.head.num_classes=7')
    assert network.name == (
        'plain20_ce_cifar10@model.head.num_classes=7 rotated')
    strided = network.model.backbone.layer2[0].conv1
    assert strided[0].padding == (0, 1, 0, 1)  # behind the map only
    with pytest.raises(UsageError, match='leave out --rotate-180'):
        read_network(str(ROOT / 'configs/rd/resnet20_cifar10.py@rotate-180'))


def test_random_weights_are_the_same_in_every_run():
    torch.manual_seed(5)
    expected = torch.random.get_rng_state()
    first, second = (read_network(PLAIN20).model.state_dict()
                     for _ in range(2))
    assert all(torch.equal(first[key], second[key]) for key in first)
    assert torch.equal(torch.random.get_rng_state(), expected)
