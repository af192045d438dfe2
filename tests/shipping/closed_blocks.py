"""A small ε-ResNet with blocks that evaluation passes over."""
import torch
from mmpretrain.registry import MODELS

from rd_plugins.shipping.read import read_trained_model
from rd_plugins.shipping.remove_blocks import freeze_gates
from tests.helpers.runs import epsilon_cfg
from tests.models.backbones.test_epsilon_resnet import close

SHAPE = (1, 28, 28)
IMAGES = torch.randn(
    4, *SHAPE, generator=torch.Generator().manual_seed(0))


def weaken(model, name, factor):
    with torch.no_grad():
        model.backbone.get_submodule(name).conv2.weight.mul_(factor)


def save_closed(run_dir):
    """A config and a checkpoint with a dead block and a closed one.

    layer2.0 is dead and keeps its weights, layer3.1 has decayed.
    """
    cfg = epsilon_cfg(run_dir / 'work')
    cfg.train_dataloader.dataset.pipeline = [dict(type='PackInputs')]
    cfg.model.backbone.epsilon = 0.2
    model = MODELS.build(cfg.model)
    model.init_weights()
    weaken(model, 'layer3.1', 1e-6)
    dead, closed = map(model.backbone.blocks.index, ('layer2.0', 'layer3.1'))
    close(model.backbone, dead, closed)
    model.backbone.gates.mark_dead(torch.arange(9) == dead)
    config, checkpoint = run_dir / 'narrow.py', run_dir / 'narrow.pth'
    config.write_text(cfg.pretty_text)
    torch.save(dict(state_dict=model.state_dict()), checkpoint)
    return config, checkpoint


def read_frozen(config, checkpoint):
    """What :func:`save_closed` has saved, with frozen gates."""
    source = read_trained_model(
        str(config), str(checkpoint), {'model.backbone.eval_gates': 'dynamic'})
    freeze_gates(source)
    return source
