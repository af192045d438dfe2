"""Numbers of the sources that are defaults here."""
import torch
import torch.nn.functional as F
from mmpretrain.registry import MODELS

from tests.helpers.models import classifier_cfg


def test_side_supervision_has_a_tenth_of_the_weight(batch):
    """As in the released code of ε-ResNet."""
    inputs, samples = batch
    backbone = dict(
        type='rd_plugins.EpsilonResNet_CIFAR', depth=20, base_channels=4)
    model = MODELS.build(
        dict(
            classifier_cfg(),
            type='rd_plugins.SideSupervised',
            backbone=backbone))
    fc, = (module for module in model.auxiliary.modules()
           if isinstance(module, torch.nn.Linear))
    seen = []
    fc.register_forward_hook(lambda *args: seen.append(args[-1]))
    loss = model.loss(inputs, samples)['loss_side1']
    labels = torch.arange(6) % 5
    torch.testing.assert_close(loss, 0.1 * F.cross_entropy(*seen, labels))
