import pytest

from rd_plugins.shipping.export.micro.graph import Operator

ROOT = 'litert_torch.to_channel_last_io.ChannelLastIOWrapper/'
CLASSIFIER = ROOT + 'mmpretrain.image.ImageClassifier_wrapped/'
BLOCK = (CLASSIFIER + 'rd.PlainResNet_CIFAR_backbone/mm.ResLayer_layer1/'
         'rd.PlainBasicBlock_0/')


@pytest.mark.parametrize('tensor, layer', [
    (f'{CLASSIFIER}torch.nn.Linear_fc;', 'fc'),
    (f'{BLOCK}torch.nn.Conv2d_conv2;1', 'backbone.layer1.0.conv2'),
    (f'{BLOCK}torch.nn.ReLU_relu;;{BLOCK}torch.nn.Conv2d_conv1;',
     'backbone.layer1.0.conv1'),
    ('serving_default_output_0_output', 'output'),
])
def test_the_layer_of_an_operator(tensor, layer):
    assert Operator('CONV_2D', 0, tensor).layer == layer
